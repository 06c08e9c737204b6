import { PawlError } from '../core/pawl-error.js';

export type DefinitionProblemCode =
  | 'INVALID_NAME'
  | 'DUPLICATE_ID'
  | 'UNKNOWN_NEED'
  | 'FOREIGN_NEED'
  | 'CYCLE'
  | 'NO_HANDLER'
  | 'INVALID_OPTION'
  | 'INVALID_OUTPUT'
  | 'TOO_LARGE'
  | 'INVALID_SCHEMA';

export interface DefinitionProblem {
  readonly code: DefinitionProblemCode;
  /** A path in the definition, such as `release.tasks.unit.needs.build`. */
  readonly place: string;
  readonly message: string;
  readonly hint?: string;
}

/** A definition can't be compiled. It names every problem, not only the first. */
export class DefinitionError extends PawlError {
  readonly code = 'INVALID_DEFINITION';
  readonly problems: readonly DefinitionProblem[];

  constructor(workflow: string, problems: readonly DefinitionProblem[]) {
    const lines = problems.map(
      ({ place, message, hint }) => `\n  - ${place}: ${message}${hint === undefined ? '' : `; ${hint}`}`,
    );
    super(
      `the definition of workflow '${workflow}' has ${problems.length} problem${problems.length === 1 ? '' : 's'}:${lines.join('')}`,
    );
    this.problems = problems;
  }
}
