import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, openSync, readSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endWithParent } from './end-with-parent.js';

/** How a server process ended. */
export interface ServerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What it logged, at most the last 16 KiB. */
  readonly log: string;
}

/** A server process that ends with this one at the latest. */
export interface ServerProcess {
  readonly pid: number;
  readonly exited: Promise<ServerExit>;
  /** What it has logged so far, at most the last 16 KiB. */
  readLog(): string;
  /** Asks it to end, kills it after `graceMs` milliseconds (0: at once), and waits until it is gone. */
  end(graceMs: number): Promise<void>;
}

const LOG_BYTES = 16 * 1_024;

/** @throws the system's error if the program can't be started. */
export async function startServerProcess(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<ServerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'pawl-dev-server-'));
  const logFile = join(folder, 'server.log');
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  // A file rather than a pipe: while this process is busy nobody reads a pipe, and a server that logs would stand still.
  const log = openSync(logFile, 'a');
  const child = spawn(program, args, {
    env,
    stdio: ['ignore', log, log],
    // Its own process group: Ctrl-C in a terminal is for this process, which wants the server until its end.
    detached: true,
  });
  closeSync(log);
  const { pid } = child;
  if (pid === undefined) {
    const [error] = await once(child, 'error');
    removeFolder();
    throw error;
  }
  const forget = endWithParent(pid, folder);

  const readLog = () => readEndOfLog(logFile);
  const exited = new Promise<ServerExit>((resolve) => {
    child.once('exit', (code, signal) => {
      forget();
      const exit = { code, signal, log: readLog() };
      removeFolder();
      resolve(exit);
    });
  });

  return {
    pid,
    exited,
    readLog,
    async end(graceMs) {
      const kill = () => child.kill('SIGKILL');
      if (graceMs > 0) child.kill('SIGTERM');
      const timer = graceMs > 0 ? setTimeout(kill, graceMs) : undefined;
      if (graceMs === 0) kill();
      await exited;
      clearTimeout(timer);
    },
  };
}

function readEndOfLog(file: string): string {
  try {
    const log = openSync(file, 'r');
    try {
      const end = fstatSync(log).size;
      const bytes = Buffer.alloc(Math.min(end, LOG_BYTES));
      readSync(log, bytes, 0, bytes.length, end - bytes.length);
      return bytes.toString('utf8').trimEnd();
    } finally {
      closeSync(log);
    }
  } catch {
    return ''; // whoever empties the temporary folder takes the log, not the server
  }
}
