import { PawlError } from '../core/pawl-error.js';
import type { RunFailureDetails } from '../core/run-failure.js';

/** No Temporal server answers, or the one that did is lost. */
export class ServerUnreachableError extends PawlError {
  readonly code = 'SERVER_UNREACHABLE';

  /** Nothing could be connected. */
  static at(address: string | undefined, cause: unknown): ServerUnreachableError {
    return new ServerUnreachableError(
      `no Temporal server answers: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        place: address ?? 'localhost:7233',
        hint: 'start one with `temporal server start-dev` or startDevServer of pawl/worker, or set TEMPORAL_ADDRESS',
        cause,
      },
    );
  }
}

/** A run with this workflow id is open already (or closed, where the reuse policy refuses that too). */
export class RunAlreadyExistsError extends PawlError {
  readonly code = 'RUN_ALREADY_EXISTS';
  readonly workflowId: string;

  constructor(workflowId: string, cause: unknown) {
    super(`there is a run '${workflowId}' already`, {
      hint: 'follow it with engine.run(workflowId), start with another workflowId, or set workflowIdConflictPolicy or workflowIdReusePolicy',
      cause,
    });
    this.workflowId = workflowId;
  }
}

/** The run was not started: the message says why. */
export class StartRefusedError extends PawlError {
  readonly code = 'START_REFUSED';
}

/** There is no such run, or its retention is over. */
export class RunNotFoundError extends PawlError {
  readonly code = 'RUN_NOT_FOUND';
}

/** The run has no task, map or item of that id. */
export class UnknownTaskError extends PawlError {
  readonly code = 'UNKNOWN_TASK';
}

/** An option of a call is not what it may be. */
export class InvalidOptionError extends PawlError {
  readonly code = 'INVALID_OPTION';
}

/** The input does not fit the workflow's input schema; the message names the path. */
export class InvalidInputError extends PawlError {
  readonly code = 'INVALID_INPUT';
}

/** No worker answered within 5 seconds, so the state of an open run can't be read. The run itself goes on when one comes. */
export class NoWorkerError extends PawlError {
  readonly code = 'NO_WORKER';
}

/** The run has ended without a result because tasks failed. */
export class RunFailedError extends PawlError {
  readonly code = 'RUN_FAILED';
  /** Which tasks failed, and what did not run because of them; undefined where the run failed before its first task. */
  readonly details: RunFailureDetails | undefined;

  constructor(message: string, details: RunFailureDetails | undefined, cause: unknown) {
    super(message, { cause });
    this.details = details;
  }
}

/** The run was cancelled. */
export class RunCancelledError extends PawlError {
  readonly code = 'RUN_CANCELLED';
}

/** The run was terminated by an operator. */
export class RunTerminatedError extends PawlError {
  readonly code = 'RUN_TERMINATED';
}

/** The run's own execution or run timeout has passed. */
export class RunTimedOutError extends PawlError {
  readonly code = 'RUN_TIMED_OUT';
}
