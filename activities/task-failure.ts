import { inspect } from 'node:util';
import { ApplicationFailure, TemporalFailure } from '@temporalio/common';
import { isRecord } from '../src/core/json.js';
import type { FailureNote } from '../src/core/protocol.js';
import { shortenText } from '../src/core/shorten-text.js';
import { NonRetryableError } from '../src/define/non-retryable-error.js';
import { WrapperError } from './task-error.js';

/**
 * What Temporal records of an error: type, message, stack and cause are kept, the attempts are noted at the end of the details
 * (the workflow is told of them in no other way), and what would fail again in the same way is not retried.
 */
export function toTaskFailure(error: unknown, attempts: number): ApplicationFailure {
  const failure = ApplicationFailure.fromError(asError(error));
  const note: FailureNote = { pawl: { attempts } };
  const isFinal =
    failure.nonRetryable || error instanceof NonRetryableError || error instanceof WrapperError || isZodError(error);
  const noted = new ApplicationFailure(
    shortenText(failure.message, TEXT_ENDS),
    error instanceof WrapperError ? error.failureType : failure.type,
    isFinal,
    [...(failure.details ?? []), note],
    keepTypes(failure.cause),
    failure.nextRetryDelay,
    failure.category,
  );
  if (failure.stack !== undefined) noted.stack = shortenText(failure.stack, TEXT_ENDS);
  return noted;
}

/** What was thrown, in a form that says something: handlers may throw anything, and an AggregateError keeps its reasons apart. */
function asError(thrown: unknown): unknown {
  if (thrown instanceof AggregateError && thrown.errors.length > 0) {
    const reasons = thrown.errors.map((reason) => (reason instanceof Error ? reason.message : String(reason)));
    const told = new AggregateError(
      thrown.errors,
      [thrown.message, ...reasons].filter((text) => text !== '').join('; '),
      {
        cause: thrown.cause ?? thrown.errors[0],
      },
    );
    if (thrown.stack !== undefined) told.stack = thrown.stack;
    return told;
  }
  const saysSomething =
    typeof thrown === 'object' ? isRecord(thrown) && typeof thrown.message === 'string' : thrown !== undefined;
  if (saysSomething) return thrown;
  return new Error(
    `the handler threw ${inspect(thrown, { depth: 2, breakLength: Number.POSITIVE_INFINITY })}, which is not an Error`,
  );
}

/** Characters at each end. Temporal keeps failures in a run's state, and loses the message of one that is too large. */
const TEXT_ENDS = 5_000;

/** Longer chains are cut; one may also lead back to itself. */
const CAUSES_MAXIMUM = 20;

/** The SDK records the type of an error, but not of its causes; of a failure it does. */
function keepTypes(cause: Error | undefined, depth = 1): Error | undefined {
  if (cause === undefined || cause instanceof TemporalFailure) return cause;
  const { message, type, cause: next, stack } = ApplicationFailure.fromError(cause);
  const below = depth < CAUSES_MAXIMUM ? keepTypes(next, depth + 1) : undefined;
  const kept = new ApplicationFailure(shortenText(message, TEXT_ENDS), type, false, [], below);
  if (stack !== undefined) kept.stack = shortenText(stack, TEXT_ENDS);
  return kept;
}

/** By name, since a handler may use another copy of zod than Pawl does. */
function isZodError(error: unknown): boolean {
  return error instanceof Error && (error.name === 'ZodError' || error.name === '$ZodError');
}
