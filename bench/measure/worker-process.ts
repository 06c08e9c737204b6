import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Usage } from './usage.js';

export type ToWorker = 'usage' | 'shutdown';
export type FromWorker = { readonly kind: 'ready' } | { readonly kind: 'usage'; readonly usage: Usage };

/** A worker in a process of its own: `script` is TypeScript that gets `settings` as JSON and serves itself with `serveWorker`. */
export class WorkerProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  private constructor(script: URL, settings: unknown, nodeOptions: readonly string[]) {
    const command = [...nodeOptions, '--import', 'tsx', fileURLToPath(script), JSON.stringify(settings)];
    this.#child = spawn(process.execPath, command, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#ended = once(this.#child, 'exit');
  }

  /** @param nodeOptions such as `--cpu-prof` */
  static async start(script: URL, settings: unknown, nodeOptions: readonly string[] = []): Promise<WorkerProcess> {
    const worker = new WorkerProcess(script, settings, nodeOptions);
    await worker.#hear('ready');
    return worker;
  }

  async usage(): Promise<Usage> {
    const heard = this.#hear('usage');
    this.#tell('usage');
    return (await heard).usage;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.connected) this.#tell('shutdown');
    await this.#ended;
  }

  #tell(message: ToWorker): void {
    this.#child.send(message, () => {}); // a process that has just ended gets no message
  }

  #hear<K extends FromWorker['kind']>(kind: K): Promise<Extract<FromWorker, { kind: K }>> {
    return new Promise((resolve, reject) => {
      const listen = (message: FromWorker) => {
        if (message.kind !== kind) return;
        this.#child.off('message', listen);
        resolve(message as Extract<FromWorker, { kind: K }>); // its kind was compared
      };
      this.#child.on('message', listen);
      void this.#ended.then(() => reject(new Error(`the worker ended before it said '${kind}'`)));
    });
  }
}
