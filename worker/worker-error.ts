import { PawlError } from '../src/core/pawl-error.js';

/** The options of a worker contradict each other or what Pawl needs of them. */
export class WorkerConfigurationError extends PawlError {
  readonly code = 'INVALID_WORKER_CONFIGURATION';
}
