import { type ErrorDetails, PawlError } from '../core/pawl-error.js';

/** A value is not what its node gives: it does not fit the schema, or is not JSON. Who asked for it says what that means. */
export class WrongValueError extends PawlError {
  readonly code = 'WRONG_VALUE';
  /** The message without place and hint, and these: for an error of another class that says the same. */
  readonly problem: string;
  readonly details: ErrorDetails;

  constructor(problem: string, details: ErrorDetails = {}) {
    super(problem, details);
    this.problem = problem;
    this.details = details;
  }
}
