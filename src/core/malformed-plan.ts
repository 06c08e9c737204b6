import { PawlError } from './pawl-error.js';

/** The plan that came with a run can't be one that Pawl compiled. */
export class MalformedPlanError extends PawlError {
  readonly code = 'MALFORMED_PLAN';
}
