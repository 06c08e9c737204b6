import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { constants } from 'node:os';
import { stripVTControlCharacters } from 'node:util';
import { commandEnvironment } from './command-environment.js';

export interface CommandOptions {
  readonly cwd: string;
  /** The file that its output is appended to. */
  readonly log: string;
  /** When it aborts, the command and all that it started are killed. */
  readonly signal: AbortSignal;
}

/** A command has ended in another way than with exit code 0; the message has the end of its output. */
export class CommandFailedError extends Error {
  /** Above 128 where a signal ended it. */
  readonly exitCode: number;

  constructor(commandLine: string, exitCode: number, output: string) {
    super(
      `\`${commandLine}\` ended with exit code ${exitCode}${output === '' ? ' and printed nothing' : `:\n${output}`}`,
    );
    this.name = 'CommandFailedError';
    this.exitCode = exitCode;
  }
}

/**
 * Runs a program to its end.
 *
 * @throws {@link CommandFailedError}, and the signal's reason when it has aborted
 */
export async function runCommand(
  program: string,
  args: readonly string[],
  { cwd, log, signal }: CommandOptions,
): Promise<void> {
  signal.throwIfAborted();
  const commandLine = [program, ...args].join(' ');
  await using file = await open(log, 'a+');
  await file.appendFile(`$ ${commandLine}\n`);
  const { size: start } = await file.stat();

  const child = spawn('sh', ['-c', GUARDED, 'sh', program, ...args], {
    cwd,
    env: commandEnvironment(process.env),
    // Straight into the file: nothing is lost if this process dies, and a busy one holds nobody up.
    stdio: ['ignore', file.fd, file.fd, 'pipe'],
    // A process group of its own, so that all of it can be killed, and so that Ctrl-C goes to the worker alone.
    detached: true,
  });
  const kill = () => {
    // At once: the commands here can all be started over, so none has anything to put in order.
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // it has just ended by itself
    }
  };
  signal.addEventListener('abort', kill, { once: true });
  try {
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, by) => resolve(code ?? 128 + constants.signals[by ?? 'SIGKILL']));
    });
    signal.throwIfAborted();
    if (exitCode !== 0) throw new CommandFailedError(commandLine, exitCode, await readEnd(file, start));
  } finally {
    signal.removeEventListener('abort', kill);
  }
}

/**
 * Runs its arguments as a command that doesn't outlive the worker. A worker killed with SIGKILL can end nobody, and its command
 * would go on beside the one of the next attempt. But the kernel closes the worker's end of the pipe (3), and then
 * the subshell, which waits for that, kills the process group.
 */
const GUARDED = `
{ read -r _ <&3; kill -KILL 0; } >/dev/null 2>&1 &
guard=$!
"$@" 3<&-
status=$?
kill "$guard"
exit "$status"
`;

const END = { bytes: 16_384, lines: 30, characters: 2_000 };

/** The end of what was printed since `start`, without colours. */
async function readEnd(file: Awaited<ReturnType<typeof open>>, start: number): Promise<string> {
  const { size } = await file.stat();
  const position = Math.max(start, size - END.bytes);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - position), 0, size - position, position);
  const text = stripVTControlCharacters(buffer.toString('utf8', 0, bytesRead)).trimEnd();
  return text.split('\n').slice(-END.lines).join('\n').slice(-END.characters);
}
