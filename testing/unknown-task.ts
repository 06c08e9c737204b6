import { UnknownTaskError } from '../src/client/errors.js';

/** A test names a task that the workflow, or the run, does not have. */
export function unknownTask(id: string, workflow: string, hint: string | undefined): UnknownTaskError {
  return new UnknownTaskError(`there is no task '${id}'`, {
    place: `workflow '${workflow}'`,
    ...(hint !== undefined && { hint }),
  });
}
