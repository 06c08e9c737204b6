import { statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** About, in the log. */
const BYTES_PER_CALL = 250;

/** How far runs have come, by the calls that were logged: on a slow machine less is done before something is killed, but not nothing. */
export class CallProgress {
  readonly #log: string;
  isOver = false;

  constructor(log: string) {
    this.#log = log;
  }

  /** Resolves when about so many more calls were made, when none was for so many milliseconds, or all is over. */
  async made(calls: number, mostIdle: number): Promise<void> {
    let size = this.#size();
    const wanted = size + calls * BYTES_PER_CALL;
    let last = Date.now();
    while (!this.isOver && size < wanted && Date.now() - last < mostIdle) {
      await pause(50);
      const now = this.#size();
      if (now > size) last = Date.now();
      size = now;
    }
  }

  #size(): number {
    return statSync(this.#log, { throwIfNoEntry: false })?.size ?? 0;
  }
}
