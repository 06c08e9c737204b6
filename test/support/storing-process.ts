import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { StoringSettings } from './storing-script.js';

export type ClaimData = Record<string, string>;

/** The command line of a process that stores files. */
export function storingCommand(settings: StoringSettings): [program: string, ...args: string[]] {
  const script = fileURLToPath(new URL('./storing-script.ts', import.meta.url));
  return [process.execPath, '--import', 'tsx', script, JSON.stringify(settings)];
}

/** A process that stores files, and is killed in the end. */
export class StoringProcess implements AsyncDisposable {
  /** Resolves when it is gone, with how it ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  readonly #process: ChildProcessByStdio<null, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  constructor(settings: StoringSettings) {
    const [program, ...args] = storingCommand(settings);
    this.#process = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.ended = once(this.#process, 'exit').then(([code, signal]) => ({ code, signal }));
    this.#lines = createInterface(this.#process.stdout)[Symbol.asyncIterator]();
  }

  /** The next so many claims that it prints; fewer if it ends before. */
  async claims(count: number): Promise<ClaimData[]> {
    const claims: ClaimData[] = [];
    while (claims.length < count) {
      const line = await this.#lines.next();
      if (line.done) break;
      claims.push(JSON.parse(line.value));
    }
    return claims;
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
