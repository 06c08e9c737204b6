import { PawlError } from '../src/core/pawl-error.js';
import { FailureType } from '../src/core/protocol.js';

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

/** A condition said neither true nor false. */
export class InvalidConditionError extends WrapperError {
  readonly code = 'INVALID_CONDITION';
  readonly failureType = FailureType.invalidCondition;
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
