import { EventHeap } from './event-heap.js';

/** The longest that Node can wait at once, in milliseconds. */
const LONGEST_ALARM = 2 ** 31 - 1;

export interface ClockTimer {
  isCancelled: boolean;
  readonly elapsed: () => void;
}

/** The time of a run in process: it flows as it does, and can be moved on to the next timer. */
export class RunClock {
  readonly #timers = new EventHeap<ClockTimer>();
  #skipped = 0;
  #alarm: NodeJS.Timeout | undefined;

  /** Milliseconds since the epoch. */
  now(): number {
    return Date.now() + this.#skipped;
  }

  start(delay: number, elapsed: () => void): ClockTimer {
    const timer = { isCancelled: false, elapsed };
    this.#timers.push(this.now() + delay, timer);
    this.#setAlarm();
    return timer;
  }

  /** Whether something will happen by itself. */
  get hasTimers(): boolean {
    return this.#next() !== undefined;
  }

  /** Moves on to the next timer, which elapses. */
  skip(): void {
    const next = this.#next();
    if (next === undefined) return;
    this.#skipped += Math.max(0, next - this.now());
    this.#ring();
  }

  stop(): void {
    clearTimeout(this.#alarm);
  }

  #ring(): void {
    for (let next = this.#next(); next !== undefined && next <= this.now(); next = this.#next()) {
      this.#timers.pop()?.value.elapsed();
    }
    this.#setAlarm();
  }

  #setAlarm(): void {
    clearTimeout(this.#alarm);
    const next = this.#next();
    if (next === undefined) return;
    const delay = Math.max(0, next - this.now());
    this.#alarm = setTimeout(() => this.#ring(), Math.min(delay, LONGEST_ALARM));
  }

  /** When the next timer is due. */
  #next(): number | undefined {
    while (this.#timers.first?.isCancelled) this.#timers.pop();
    return this.#timers.next;
  }
}
