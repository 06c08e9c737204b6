import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface WorkerSettings {
  /** Host and port of the Temporal server. */
  readonly address: string;
  readonly namespace: string;
  readonly taskQueue: string;
  /** The file that it logs to. */
  readonly log: string;
}

/** Milliseconds that a worker gets to finish. */
const STOP_GRACE = 5_000;
const LOG_LINES = 20;

/** `worker.ts` in a process of its own, which can be killed and started anew, and ends with this process at the latest. */
export class DemoWorker implements AsyncDisposable {
  readonly #settings: WorkerSettings;
  #process: ChildProcess;
  #onLost: (how: string) => void = () => {};

  constructor(settings: WorkerSettings) {
    this.#settings = settings;
    this.#process = this.#start();
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Called when the process ends although nobody asked it to. */
  onLost(listener: (how: string) => void): void {
    this.#onLost = listener;
  }

  /** With SIGKILL: it can neither finish nor say anything. */
  async kill(): Promise<void> {
    this.#onLost = () => {};
    await this.#end('SIGKILL');
  }

  startAnew(): void {
    this.#process = this.#start();
  }

  /** Lets it finish in good order, for 5 s at most. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#onLost = () => {};
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), STOP_GRACE);
    await this.#end('SIGTERM');
    clearTimeout(timer);
  }

  #start(): ChildProcess {
    const { address, namespace, taskQueue, log } = this.#settings;
    const file = openSync(log, 'a');
    const child = fork(fileURLToPath(new URL('../worker.ts', import.meta.url)), {
      env: { ...process.env, TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, PAWL_TASK_QUEUE: taskQueue },
      stdio: ['ignore', file, file, 'ipc'],
      // Ctrl-C in the terminal is for the demo, which needs the worker to cancel the run.
      detached: true,
    });
    closeSync(file);
    child.once('exit', (code, signal) => {
      const end = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-LOG_LINES).join('\n');
      if (child === this.#process) this.#onLost(`${signal ?? `exit code ${code}`}. The end of its log:\n${end}`);
    });
    return child;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  }
}
