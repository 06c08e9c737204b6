import { PawlError } from '../src/core/pawl-error.js';

/** A test names a task that the workflow does not have. */
export class UnknownTaskError extends PawlError {
  readonly code = 'UNKNOWN_TASK';

  constructor(id: string, workflow: string, hint: string | undefined) {
    super(`there is no task '${id}'`, { place: `workflow '${workflow}'`, ...(hint !== undefined && { hint }) });
  }
}
