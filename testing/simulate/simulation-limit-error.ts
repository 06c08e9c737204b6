import { PawlError } from '../../src/core/pawl-error.js';

/** A simulation took more transitions than it may. */
export class SimulationLimitError extends PawlError {
  readonly code = 'SIMULATION_LIMIT';
}
