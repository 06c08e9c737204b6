import { PawlError } from '../core/pawl-error.js';

/** An output is too large to travel itself, and nothing is there to store it. */
export class StorageNotConfiguredError extends PawlError {
  readonly code = 'STORAGE_NOT_CONFIGURED';
}

/** The storage driver failed, several times in a row. */
export class StorageFailedError extends PawlError {
  readonly code = 'STORAGE_FAILED';
}

/** A stored output is not there any more. */
export class OutputGoneError extends PawlError {
  readonly code = 'OUTPUT_GONE';
}

/** What the storage gave is not what was stored, or can't be read with this worker's codecs. */
export class OutputDamagedError extends PawlError {
  readonly code = 'OUTPUT_DAMAGED';
}

/** Whether only running again what made it can help. */
export function isOutputLost(error: unknown): error is OutputGoneError | OutputDamagedError {
  return error instanceof OutputGoneError || error instanceof OutputDamagedError;
}
