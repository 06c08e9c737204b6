import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { CallProgress } from '../support/random-runs/call-progress.js';
import type { ChaosSettings, ChaosWorkerSettings } from '../support/random-runs/chaos-definitions.js';
import type { RestartableServer } from '../support/restartable-server.js';
import { WorkerProcess } from '../support/worker-process.js';

/** That race on one task queue. */
const WORKERS = 2;
const SERVER_KILLS = 3;
/** Most calls of all workers before one of them is killed. */
const CALLS_OF_A_LIFE = 70;
const SCRIPT = fileURLToPath(new URL('../support/random-runs/chaos-worker.ts', import.meta.url));

/** Kills workers and the server with SIGKILL at random moments, and starts others in their place. */
export class Attack {
  /** The identities of the workers that were killed, and `server`. */
  readonly killed: string[] = [];
  readonly #server: RestartableServer;
  readonly #taskQueue: string;
  readonly #settings: ChaosSettings;
  readonly #progress: CallProgress;
  readonly #numbers: Iterator<number>;

  constructor(server: RestartableServer, taskQueue: string, settings: ChaosSettings) {
    this.#server = server;
    this.#taskQueue = taskQueue;
    this.#settings = settings;
    this.#progress = new CallProgress(settings.log);
    this.#numbers = fc.sample(fc.infiniteStream(fc.nat(999)), { seed: settings.seed, numRuns: 1 })[0] ?? [].values();
  }

  /** Goes on for as long as `use` takes. */
  async during<T>(use: () => Promise<T>): Promise<T> {
    const attacks = [this.#killServer(), ...Array.from({ length: WORKERS }, (_, lane) => this.#killWorkers(lane))];
    try {
      return await use();
    } finally {
      this.#progress.isOver = true;
      await Promise.all(attacks);
    }
  }

  async #killWorkers(lane: number): Promise<void> {
    let count = 0;
    const spawn = () => {
      const identity = `worker-${lane}-${count++}`;
      const settings: ChaosWorkerSettings = {
        ...this.#settings,
        address: this.#server.address,
        taskQueue: this.#taskQueue,
        identity,
      };
      return new WorkerProcess(settings, SCRIPT);
    };
    let next = spawn();
    while (!this.#progress.isOver) {
      await using worker = next;
      next = spawn(); // it takes some seconds until it is ready
      if (!(await isReady(worker))) continue;
      worker.go();
      await this.#progress.made(this.#random(0, CALLS_OF_A_LIFE), 3_000);
      await pause(this.#random(0, 1_000));
      worker.kill();
      this.killed.push(worker.identity);
    }
    await next[Symbol.asyncDispose]();
  }

  async #killServer(): Promise<void> {
    for (let n = 0; n < SERVER_KILLS; n++) {
      await this.#progress.made(this.#random(0.5, 2) * this.#settings.runs, 30_000);
      await pause(this.#random(0, 500));
      if (this.#progress.isOver) return;
      await this.#server.kill();
      this.killed.push('server');
      await pause(this.#random(0, 500));
      await this.#server.startAgain();
    }
  }

  #random(from: number, to: number): number {
    return from + ((to - from) * Number(this.#numbers.next().value)) / 1_000;
  }
}

/** It is not, if the server was away when it connected. */
function isReady(worker: WorkerProcess): Promise<boolean> {
  return worker.ready.then(
    () => true,
    () => false,
  );
}
