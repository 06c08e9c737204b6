import { PawlError } from '../core/pawl-error.js';
import type { RunStatus } from './run-status.js';

/** The state of the run makes the order impossible; the message says why. It left no trace. */
export class OrderRefusedError extends PawlError {
  readonly code = 'ORDER_REFUSED';
}

/** What the order carries does not fit the schema of its node; the message names the path. Nothing came of it. */
export class OrderFailedError extends PawlError {
  readonly code = 'ORDER_FAILED';
}

/** The run has ended, and can't be steered any more; `engine.rerun` makes a new one of it. */
export class RunClosedError extends PawlError {
  readonly code = 'RUN_CLOSED';
  readonly workflowId: string;
  readonly status: RunStatus;
  readonly closedAt: Date | undefined;

  constructor(workflowId: string, status: RunStatus, closedAt: Date | undefined) {
    const when = closedAt === undefined ? '' : ` at ${closedAt.toISOString()}`;
    super(`it is ${status.replace('_', ' ')}, closed${when}`, {
      place: `run '${workflowId}'`,
      hint: 'a closed run can not be steered; engine.rerun(workflowId) makes a new one of it',
    });
    this.workflowId = workflowId;
    this.status = status;
    this.closedAt = closedAt;
  }
}

/** The order met a limit of Temporal's for a minute: too many others are in flight, or the run could not continue as new. */
export class RunBusyError extends PawlError {
  readonly code = 'RUN_BUSY';
}
