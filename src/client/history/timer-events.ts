import { type DispatchRef, dispatchOf } from '../../core/unit-ref.js';
import type { PayloadReader } from '../payloads.js';
import type { DeliveredEvent } from './delivered-events.js';
import type { RebuiltDriver } from './rebuilt-driver.js';
import { dispatchOfId } from './unit-of-id.js';

/** Reads timers from history. Whose one is, its summary says: `smoke[3]#2 hold`. */
export class TimerEvents {
  readonly #driver: RebuiltDriver;
  readonly #payloads: PayloadReader;
  /** By the event id of their TimerStarted. */
  readonly #timers = new Map<string, DispatchRef>();

  constructor(driver: RebuiltDriver, payloads: PayloadReader) {
    this.#driver = driver;
    this.#payloads = payloads;
  }

  async read({ event, at }: DeliveredEvent): Promise<void> {
    if (event.timerStartedEventAttributes) {
      const summary = event.userMetadata?.summary;
      const [text] = await this.#payloads.values(summary ? [summary] : []);
      const [, id] = /^(.+#\d+) (?:backoff|wait|hold)$/.exec(String(text)) ?? [];
      const ref = id === undefined ? undefined : dispatchOfId(this.#driver.scheduler, id);
      if (ref !== undefined) this.#timers.set(String(event.eventId), ref);
    } else if (event.timerFiredEventAttributes) {
      const ref = this.#timers.get(String(event.timerFiredEventAttributes.startedEventId));
      if (ref !== undefined) this.#driver.apply({ kind: 'timerElapsed', at, ...dispatchOf(ref) });
    }
  }
}
