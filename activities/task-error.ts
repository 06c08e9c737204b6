import { type ErrorDetails, PawlError } from '../src/core/pawl-error.js';
import { inKibibytes } from '../src/core/payload-size.js';
import { FailureType } from '../src/core/protocol.js';
import { type OutputDamagedError, OutputGoneError } from '../src/data/stored-output-errors.js';

/** An error of the wrapper around a handler, with the Temporal failure type under which it is reported; never retried. */
export abstract class WrapperError extends PawlError {
  abstract readonly failureType: string;
}

/** This worker can't run the task: it has no handler of that name, or one of another shape. */
export class UnservedTaskError extends WrapperError {
  readonly code = 'TASK_UNSERVED';
  readonly failureType = FailureType.unserved;
}

/** A handler returned what is not JSON or does not fit its schema, or a map's `over` what are no items. */
export class InvalidOutputError extends WrapperError {
  readonly code = 'INVALID_OUTPUT';
  readonly failureType = FailureType.invalidOutput;
}

/** An output is too large to travel itself, and this worker has nothing to store it with. */
export class NoStorageError extends WrapperError {
  readonly code = 'STORAGE_NOT_CONFIGURED';
  readonly failureType = FailureType.noStorage;

  static of(bytes: number, inlineBytes: number): NoStorageError {
    const problem = `it is ${inKibibytes(bytes)} of JSON; of this task up to ${inKibibytes(inlineBytes)} travel in the run's history, and this worker has no storage for more`;
    return new NoStorageError(problem, {
      place: 'output',
      hint: 'give `storage` to createWorker, such as new FileSystemStorageDriver() or the driver of S3 or GCS, or set PAWL_STORAGE_DIR',
    });
  }
}

/** A stored output that the task needs can't be read any more. */
export class UnreadableOutputError extends WrapperError {
  readonly code;
  readonly failureType;

  constructor(error: OutputGoneError | OutputDamagedError, details: ErrorDetails) {
    super(error.message, details);
    this.code = error.code;
    this.failureType = error instanceof OutputGoneError ? FailureType.outputGone : FailureType.outputDamaged;
  }
}

/** A condition said neither true nor false. */
export class InvalidConditionError extends WrapperError {
  readonly code = 'INVALID_CONDITION';
  readonly failureType = FailureType.invalidCondition;
}

/** What `cache.key` said is not JSON. */
export class InvalidCacheKeyError extends WrapperError {
  readonly code = 'INVALID_CACHE_KEY';
  readonly failureType = FailureType.invalidCacheKey;
}

/** A need or the input does not fit the schema on this worker. */
export class InvalidNeedsError extends WrapperError {
  readonly code = 'INVALID_NEEDS';
  readonly failureType = FailureType.invalidNeeds;
}

/** What `with` gave is no input of the child workflow. */
export class InvalidChildInputError extends WrapperError {
  readonly code = 'INVALID_CHILD_INPUT';
  readonly failureType = FailureType.invalidChildInput;
}
