import { PawlError } from '../../core/pawl-error.js';

/** A rerun goes on from a run that has ended; this one is open. */
export class RunStillOpenError extends PawlError {
  readonly code = 'RUN_STILL_OPEN';
  readonly workflowId: string;

  constructor(workflowId: string, cause?: unknown) {
    super('it is still open', {
      place: `run '${workflowId}'`,
      hint: 'steer it with engine.run(workflowId), or end it with cancel() before it is run again',
      cause,
    });
    this.workflowId = workflowId;
  }
}

/** There is nothing to run again, or the run can't be gone on from; the message says why. */
export class RerunRefusedError extends PawlError {
  readonly code = 'RERUN_REFUSED';
}
