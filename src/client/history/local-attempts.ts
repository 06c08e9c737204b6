import type { PayloadReader } from '../payloads.js';
import type { HistoryEvent } from './delivered-events.js';
import { readLocalEnd } from './local-activity-events.js';

/** How many attempts of local activities have ended in a history, and how many of them have been read; by the ids of dispatches. */
export class LocalAttempts {
  readonly #ended = new Map<string, number>();
  readonly #read = new Map<string, number>();

  static async in(events: readonly HistoryEvent[], payloads: PayloadReader): Promise<LocalAttempts> {
    const attempts = new LocalAttempts();
    for (const event of events) {
      const end = await readLocalEnd(event, payloads);
      if (end !== undefined) count(attempts.#ended, end.dispatch);
    }
    return attempts;
  }

  get dispatches(): Iterable<string> {
    return this.#ended.keys();
  }

  /** The end of another attempt has been read. Returns its number, from 1. */
  read(dispatch: string): number {
    return count(this.#read, dispatch);
  }

  /** Whether an attempt ends further on: it runs, or another follows. */
  isOpen(dispatch: string): boolean {
    return (this.#read.get(dispatch) ?? 0) < (this.#ended.get(dispatch) ?? 0);
  }
}

function count(counts: Map<string, number>, id: string): number {
  const next = (counts.get(id) ?? 0) + 1;
  counts.set(id, next);
  return next;
}
