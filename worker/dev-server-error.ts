import { PawlError } from '../src/core/pawl-error.js';

/** No Temporal CLI was found, and none could be downloaded or built; the message says what was tried. */
export class TemporalCliNotFoundError extends PawlError {
  readonly code = 'TEMPORAL_CLI_NOT_FOUND';
}

/** A port that was asked for is already taken by another process. */
export class DevServerPortInUseError extends PawlError {
  readonly code = 'DEV_SERVER_PORT_IN_USE';
}

/** Another server is running on the same database file. */
export class DevServerDatabaseInUseError extends PawlError {
  readonly code = 'DEV_SERVER_DATABASE_IN_USE';
}

/** The database file can't be opened, is damaged, or is not one of a Temporal server of this version. */
export class DevServerDatabaseError extends PawlError {
  readonly code = 'DEV_SERVER_DATABASE_UNUSABLE';
}

/** The server ended while it started, or was not reachable in time; the message has the last lines of its log. */
export class DevServerStartError extends PawlError {
  readonly code = 'DEV_SERVER_START_FAILED';
}
