import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Stop } from './moment.js';

export interface WorkerSettings {
  readonly address: string;
  readonly taskQueue: string;
  readonly identity: string;
}

export type ToWorker = { readonly kind: 'go'; readonly stop?: Stop } | { readonly kind: 'goOn' };
export type FromWorker = { readonly kind: 'ready' | 'reached' };

const SCRIPT = fileURLToPath(new URL('./worker-script.ts', import.meta.url));

/** A worker in a process of its own: of the example pipeline, or of what another script serves. */
export class WorkerProcess implements AsyncDisposable {
  readonly identity: string;
  /** Resolves when the process is gone, with the signal that ended it. */
  readonly ended: Promise<NodeJS.Signals | null>;
  /** Resolves when it is connected. */
  readonly ready: Promise<void>;
  readonly #child: ChildProcess;

  /** @param script of a process that says `ready` when it is connected, and polls from the first message `go` on */
  constructor(settings: WorkerSettings, script: string = SCRIPT) {
    this.identity = settings.identity;
    this.#child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(settings)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.ended = once(this.#child, 'exit').then(([, signal]) => signal);
    this.ready = this.#told('ready');
  }

  /** It polls from now on, if it did not yet, and stops where it is told to. */
  go(stop?: Stop): void {
    this.#send({ kind: 'go', ...(stop !== undefined && { stop }) });
  }

  /** {@link go}, and wait until it holds at that moment. */
  async goAndHold(stop: Omit<Stop, 'action'>): Promise<void> {
    const reached = this.#told('reached');
    this.go({ ...stop, action: 'hold' });
    await reached;
  }

  /** It goes on from where it holds. */
  goOn(): void {
    this.#send({ kind: 'goOn' });
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill();
    await this.ended;
  }

  #send(message: ToWorker): void {
    this.#child.send(message, () => {}); // a process that has just died gets no message
  }

  #told(kind: FromWorker['kind']): Promise<void> {
    const told = new Promise<void>((resolve, reject) => {
      this.#child.on('message', (message: FromWorker) => {
        if (message.kind === kind) resolve();
      });
      void this.ended.then((signal) => reject(new Error(`${this.identity} ended (${signal}) before it was ${kind}`)));
    });
    told.catch(() => {}); // whoever waits for it sees the rejection; that nobody does is no error
    return told;
  }
}
