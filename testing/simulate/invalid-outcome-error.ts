import { PawlError } from '../../src/core/pawl-error.js';

/** A simulation is told of an outcome that such a node can't have. */
export class InvalidOutcomeError extends PawlError {
  readonly code = 'INVALID_OUTCOME';

  constructor(id: string, kind: string, outcome: unknown, possible: readonly string[]) {
    super(`${JSON.stringify(outcome)} can not come of ${kind}`, {
      place: `outcomes['${id}']`,
      hint: `possible are ${possible.join(', ')}`,
    });
  }
}
