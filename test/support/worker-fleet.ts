import { WorkerProcess } from './worker-process.js';

/** The worker processes of one task queue; the last of them die with it. */
export class WorkerFleet implements AsyncDisposable {
  readonly #settings: { readonly address: string; readonly taskQueue: string; readonly name: string };
  readonly #workers: WorkerProcess[] = [];

  constructor(settings: { readonly address: string; readonly taskQueue: string; readonly name: string }) {
    this.#settings = settings;
  }

  /** Starts one more, with an identity of its own. */
  spawn(): WorkerProcess {
    const { address, taskQueue, name } = this.#settings;
    const worker = new WorkerProcess({ address, taskQueue, identity: `${name}-worker-${this.#workers.length + 1}` });
    this.#workers.push(worker);
    return worker;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker[Symbol.asyncDispose]()));
  }
}
