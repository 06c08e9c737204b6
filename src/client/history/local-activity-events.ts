import { type ActivityFailureView, reportFailure } from '../../core/attempt-report.js';
import { optionsOf, taskAt } from '../../core/plan.js';
import { CHECK_ACTIVITY, PLAN_ACTIVITY, STORE_ACTIVITY } from '../../core/protocol.js';
import { retryDelay } from '../../core/retry-delay.js';
import { readReply } from '../../core/task-reply.js';
import { dispatchOf } from '../../core/unit-ref.js';
import type { PayloadReader } from '../payloads.js';
import type { DeliveredEvent, HistoryEvent } from './delivered-events.js';
import type { LocalAttempts } from './local-attempts.js';
import { readLocalMarker } from './local-marker.js';
import type { RebuiltDriver } from './rebuilt-driver.js';
import { dispatchOfId } from './unit-of-id.js';

/**
 * Reads the ends of local activities from history. Of their beginning it says nothing, and those that ran when the run was ended from outside
 * have left no trace.
 */
export class LocalActivityEvents {
  readonly #driver: RebuiltDriver;
  readonly #payloads: PayloadReader;
  readonly #attempts: LocalAttempts;

  constructor(driver: RebuiltDriver, payloads: PayloadReader, attempts: LocalAttempts) {
    this.#driver = driver;
    this.#payloads = payloads;
    this.#attempts = attempts;
  }

  async read(delivered: DeliveredEvent): Promise<void> {
    const { markerRecordedEventAttributes: marker } = delivered.event;
    const end = await readLocalEnd(delivered.event, this.#payloads);
    if (end === undefined) return;
    const attempt = this.#attempts.read(end.dispatch);
    const { scheduler } = this.#driver;
    const ref = dispatchOfId(scheduler, end.dispatch);
    if (ref === undefined) return;
    const { at = delivered.at } = end;
    const unit = scheduler.unit(ref);
    const attemptsUsed = unit.attempts + attempt - 1;
    const failure = (await this.#payloads.failure(marker?.failure)) as ActivityFailureView | undefined; // an Error has name, message and stack
    if (failure === undefined) {
      const [result] = await this.#payloads.values(marker?.details?.result?.payloads);
      this.#driver.apply({ at, ...dispatchOf(ref), ...readReply(result, attemptsUsed) });
      return;
    }
    const { retry } = optionsOf(scheduler.plan, taskAt(scheduler.plan, ref.task));
    const delay = retryDelay(retry, failure, attempt, unit.attemptsLeft(retry.maximumAttempts));
    if (delay === undefined || this.#driver.isAskedToStop(ref)) {
      const report = reportFailure(failure, false, { attemptsUsed, attemptsLeft: 1 });
      this.#driver.apply({ at, ...dispatchOf(ref), ...report });
    } else {
      this.#driver.retry();
    }
  }
}

/** The end of an attempt of a task's dispatch. */
export interface LocalEnd {
  /** Its id. */
  readonly dispatch: string;
  readonly at: number | undefined;
}

/** Undefined for any other event. */
export async function readLocalEnd(event: HistoryEvent, payloads: PayloadReader): Promise<LocalEnd | undefined> {
  const marker = await readLocalMarker(event, payloads);
  if (marker === undefined || OF_PAWL.includes(marker.activityType)) return undefined;
  return typeof marker.summary === 'string' ? { at: marker.at, dispatch: marker.summary } : undefined;
}

const OF_PAWL = [PLAN_ACTIVITY, CHECK_ACTIVITY, STORE_ACTIVITY];
