/** Milliseconds between two looks at the clock. */
const INTERVAL = 500;

export interface WatchedTask {
  readonly name: string;
  /** Milliseconds. */
  readonly heartbeatTimeout: number;
  warn(message: string): void;
}

/**
 * Notices that something blocks the event loop. While it is blocked no heartbeat leaves the worker; past a task's heartbeat
 * timeout Temporal takes the worker for lost and gives the task to another one, although the handler still runs. The
 * warning names the tasks that were running, one of which is at fault.
 */
export class EventLoopWatch {
  readonly #now: () => number;
  readonly #tasks = new Set<WatchedTask>();
  #timer: NodeJS.Timeout | undefined;
  #lastTick = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Returns the function that ends the watch on this task; it reports a block that has just ended, too. */
  watch(task: WatchedTask): () => void {
    if (this.#timer === undefined) {
      this.#lastTick = this.#now();
      this.#timer = setInterval(() => this.#tick(), INTERVAL).unref();
    } else {
      this.#look(); // a block that ends just now has not hit this task
    }
    this.#tasks.add(task);
    return () => {
      this.#look();
      this.#tasks.delete(task);
    };
  }

  /** It ticks on between short tasks: one of a run's tasks mostly begins when another has ended. */
  #tick(): void {
    this.#look();
    if (this.#tasks.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const now = this.#now();
    const blocked = now - this.#lastTick - INTERVAL;
    this.#lastTick = now;
    if (blocked <= 0) return;
    const names = [...this.#tasks].map((task) => `'${task.name}'`).join(', ');
    for (const task of this.#tasks) {
      if (blocked < task.heartbeatTimeout) continue;
      task.warn(
        `the event loop was blocked for ${(blocked / 1000).toFixed(1)} s, longer than the heartbeat timeout of '${task.name}' ` +
          `(${task.heartbeatTimeout / 1000} s), so Temporal retries it; running here: ${names}. ` +
          'Move long computations to a worker thread or a child process, or raise heartbeatTimeout.',
      );
    }
  }
}
