import type { PawlError } from '../src/core/pawl-error.js';
import type { DatabaseOwner } from './database-file.js';
import {
  DevServerDatabaseError,
  DevServerDatabaseInUseError,
  DevServerPortInUseError,
  DevServerStartError,
} from './dev-server-error.js';
import type { ServerExit } from './server-process.js';

/** Why a server ended while it started. The CLI always exits with 1; only its log tells one reason from another. */
type StartFailure = 'portTaken' | 'databaseLocked' | 'databaseUnusable' | 'other';

export function classifyStartFailure(log: string): StartFailure {
  if (/database is locked|SQLITE_BUSY/.test(log)) return 'databaseLocked';
  if (/address already in use|can't (set|use) .*port/.test(log)) return 'portTaken';
  if (/file is not a database|database disk image is malformed|database schema/.test(log)) return 'databaseUnusable';
  if (/no such (table|column)|unable to open database|readonly database|schema version/.test(log)) {
    return 'databaseUnusable';
  }
  return 'other';
}

export function portInUse(port: number): PawlError {
  return new DevServerPortInUseError(`port ${port} is already in use on this machine`, {
    hint:
      `stop what listens there (\`lsof -i :${port}\` names it), choose another port, or give none to get a free one; ` +
      `if it is a Temporal server, TEMPORAL_ADDRESS=127.0.0.1:${port} uses it`,
  });
}

export function databaseInUse(file: string, owner: DatabaseOwner | undefined): PawlError {
  const who = owner === undefined ? 'another process' : `the server at ${owner.address} (pid ${owner.pid})`;
  const useIt = owner === undefined ? '' : `set TEMPORAL_ADDRESS=${owner.address} to use that one, `;
  return new DevServerDatabaseInUseError(`${who} has this database open, and two servers can't share one`, {
    place: file,
    hint: `${useIt}stop it, or give this server another database file (or \`memory\`)`,
  });
}

export function databaseUnusable(file: string, log: string): PawlError {
  return new DevServerDatabaseError(
    `the server can't use this database: it is damaged, another program's or another version's, or the server that ` +
      `created it was killed while it did. The server's log:\n${lastLines(log)}\n`,
    { place: file, hint: `move ${file} and ${file}-wal away to begin with an empty one, or give another file` },
  );
}

export function endedAtStart(exit: ServerExit): PawlError {
  const how = exit.signal === null ? `with exit code ${exit.code}` : `by ${exit.signal}`;
  return new DevServerStartError(
    `the Temporal server ended ${how} while it started. Its log:\n${lastLines(exit.log)}\n`,
    {
      hint: 'see the log; TEMPORAL_CLI_PATH chooses another Temporal CLI, TEMPORAL_ADDRESS a server that runs already',
    },
  );
}

export function notReachable(address: string, timeoutMs: number, log: string, cause: unknown): PawlError {
  return new DevServerStartError(
    `the Temporal server was not reachable at ${address} within ${timeoutMs / 1_000} s (${cause instanceof Error ? cause.message : cause}). Its log:\n${lastLines(log)}\n`,
    { hint: 'if this machine is just slow, give it more time with `startTimeoutMs`', cause },
  );
}

export function notStarted(cli: string, cause: unknown): PawlError {
  return new DevServerStartError(`the Temporal CLI can't be started (${String(cause)})`, {
    place: cli,
    hint: 'give the path of the `temporal` program, or none to let Pawl find or make one',
    cause,
  });
}

function lastLines(log: string): string {
  return log === '' ? '(empty)' : log.split('\n').slice(-20).join('\n');
}
