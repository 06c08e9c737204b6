import { LOCAL_BYTES, LOCAL_COUNT } from '../src/core/local-limits.js';

/** What a marker has beside its result: the activity's type, ids and times. */
const BYTES_PER_MARKER = 1_024;

/** `later` is when something in flight has ended, `next` in the next workflow task. */
export type Room = 'now' | 'later' | 'next';

/**
 * How many local activities may still start in the present workflow task. What it counts is the same in a replay. Neither time is, nor the length of history, by
 * which `DispatchBudget` tells workflow tasks apart: those that only report that a local activity still runs are passed over then.
 */
export class LocalBudget {
  #recorded = 0;
  #reserved = 0;
  #started = 0;

  /** @param bytes that it may give */
  take(bytes: number): Room {
    const needed = bytes + BYTES_PER_MARKER;
    if (this.#started >= LOCAL_COUNT || this.#recorded + needed > LOCAL_BYTES) return 'next';
    if (this.#recorded + this.#reserved + needed > LOCAL_BYTES) return 'later';
    this.#reserved += needed;
    this.#started++;
    return 'now';
  }

  /** @param taken what it might have given */
  land(taken: number, given: number): void {
    this.#reserved -= taken + BYTES_PER_MARKER;
    this.#recorded += given + BYTES_PER_MARKER;
  }

  /** A new workflow task has begun. */
  renew(): void {
    this.#recorded = 0;
    this.#started = 0;
  }
}
