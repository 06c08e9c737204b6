import {
  DefaultFailureConverter,
  type FailureConverter,
  type PayloadConverter,
  type ProtoFailure,
  type SerializationContext,
} from '@temporalio/common';

/** What a bundle that holds this module can be told by. */
export const ENCODED_FAILURES = 'pawl.encodedFailures';

/**
 * Puts messages and stacks of failures and of their causes into payloads, so that codecs see them. The SDK's own converter, asked for the
 * same, changes the failures that it is given, so that the message of one which is thrown on twice is lost, and leaves causes as they are that
 * came from before encryption.
 */
class EncodedFailureConverter extends DefaultFailureConverter {
  readonly name = ENCODED_FAILURES;

  override errorToFailure(
    error: unknown,
    payloadConverter: PayloadConverter,
    context?: SerializationContext,
  ): ProtoFailure {
    const encode = (failure: ProtoFailure): ProtoFailure => {
      const { message, stackTrace, cause, encodedAttributes } = failure;
      return {
        ...failure,
        ...(cause && { cause: encode(cause) }),
        message: 'Encoded failure',
        stackTrace: '',
        // One that was decoded has them still.
        encodedAttributes:
          encodedAttributes ?? payloadConverter.toPayload({ message, stack_trace: stackTrace }, context),
      };
    };
    return encode(this.errorToFailureInner(error, payloadConverter, context));
  }
}

/** Loaded by the SDK from this module, by that name: on the main thread and in the workflow bundle. */
export const failureConverter: FailureConverter = new EncodedFailureConverter();
