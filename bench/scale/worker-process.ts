import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface WorkerSettings {
  readonly address: string;
  /** The sizes of the workflows that it serves, see workflows.ts. */
  readonly layers: readonly number[];
  readonly items: readonly number[];
}

export type ToWorker = 'usage' | 'shutdown';
export type FromWorker = { readonly kind: 'ready' } | { readonly kind: 'usage'; readonly usage: Usage };

/** What a process has used so far. */
export interface Usage {
  /** Milliseconds of processor time. */
  readonly cpu: number;
  /** The most memory that it has held: its resident set, in bytes. */
  readonly peakMemory: number;
}

const SCRIPT = fileURLToPath(new URL('./worker-script.ts', import.meta.url));

/** A worker in a process of its own. */
export class WorkerProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  private constructor(settings: WorkerSettings) {
    this.#child = spawn(process.execPath, ['--import', 'tsx', SCRIPT, JSON.stringify(settings)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#ended = once(this.#child, 'exit');
  }

  static async start(settings: WorkerSettings): Promise<WorkerProcess> {
    const worker = new WorkerProcess(settings);
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
