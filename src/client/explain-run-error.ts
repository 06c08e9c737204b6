import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, TerminatedFailure, TimeoutFailure } from '@temporalio/common';
import { FailureType } from '../core/protocol.js';
import type { RunFailureDetails } from '../core/run-failure.js';
import {
  InvalidInputError,
  RunCancelledError,
  RunFailedError,
  RunNotFoundError,
  RunTerminatedError,
  RunTimedOutError,
  ServerUnreachableError,
} from './errors.js';
import { isGrpcStatus } from './grpc-error.js';

/** What the SDK says of a run, as an error of Pawl's; what it does not know it lets through. */
export function explainRunError(error: unknown, workflowId: string): unknown {
  if (isGrpcStatus(error, 'notFound') || error instanceof WorkflowNotFoundError) {
    return new RunNotFoundError(`there is no open run '${workflowId}'`, {
      hint: 'it was never started in this namespace, has ended, or its retention is over',
      cause: error,
    });
  }
  if (isGrpcStatus(error, 'unavailable')) {
    return new ServerUnreachableError(`the Temporal server was lost while following run '${workflowId}'`, {
      hint: 'the run is not affected; ask again with engine.run(workflowId) when the server is back',
      cause: error,
    });
  }
  if (!(error instanceof WorkflowFailedError)) return error;
  const { cause } = error;
  const details = { place: `run '${workflowId}'`, cause };
  if (cause instanceof CancelledFailure) return new RunCancelledError('it was cancelled', details);
  if (cause instanceof TerminatedFailure) return new RunTerminatedError(`it was terminated: ${cause.message}`, details);
  if (cause instanceof TimeoutFailure) return new RunTimedOutError('its execution timeout has passed', details);
  if (!(cause instanceof ApplicationFailure)) return error;
  if (cause.type === FailureType.invalidInput) return new InvalidInputError(cause.message, { cause });
  const failed = cause.type === FailureType.runFailed ? (cause.details?.[0] as RunFailureDetails) : undefined; // as the workflow throws it
  return new RunFailedError(cause.message, failed, cause);
}
