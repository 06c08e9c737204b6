import { PawlError } from '../src/core/pawl-error.js';
import type { OpenUnit } from './find-unit.js';

/** A run in which nothing can happen any more: what is open waits for somebody, and the test does nothing more. */
export class StuckRunError extends PawlError {
  readonly code = 'RUN_STUCK';
  /** What waits or is held. */
  readonly ids: readonly string[];

  constructor(workflow: string, open: readonly OpenUnit[], isPaused: boolean) {
    const reasons = open.map(({ id, unit }) => (unit.state === 'held' ? `'${id}' is held` : `'${id}' waits`));
    if (isPaused) reasons.push('the run is paused');
    super(`nothing can happen any more: ${reasons.join(', ') || 'nothing is open'}`, {
      place: `workflow '${workflow}'`,
      hint: 'answer it with `approvals`, `events` or `steer`, or give it a timeout',
    });
    this.ids = open.map(({ id }) => id);
  }
}
