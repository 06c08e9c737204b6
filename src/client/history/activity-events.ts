import { type ActivityFailureView, reportFailure } from '../../core/attempt-report.js';
import { readReply } from '../../core/task-reply.js';
import { type DispatchRef, dispatchOf } from '../../core/unit-ref.js';
import type { PayloadReader } from '../payloads.js';
import type { DeliveredEvent } from './delivered-events.js';
import type { RebuiltDriver } from './rebuilt-driver.js';
import { dispatchOfId } from './unit-of-id.js';

interface ActivityDispatch extends DispatchRef {
  readonly attemptsUsed: number;
  /** Of the attempt that was reported, as its ActivityTaskStarted event says. */
  attempt: number;
}

/** Reads the life of activities from history. */
export class ActivityEvents {
  readonly #driver: RebuiltDriver;
  readonly #payloads: PayloadReader;
  /** By the event id of their ActivityTaskScheduled. */
  readonly #dispatches = new Map<string, ActivityDispatch>();

  constructor(driver: RebuiltDriver, payloads: PayloadReader) {
    this.#driver = driver;
    this.#payloads = payloads;
  }

  async read({ event, at }: DeliveredEvent): Promise<void> {
    if (event.activityTaskScheduledEventAttributes) {
      this.#schedule(String(event.eventId), event.activityTaskScheduledEventAttributes.activityId ?? '', at);
    } else if (event.activityTaskStartedEventAttributes) {
      const { scheduledEventId, attempt } = event.activityTaskStartedEventAttributes;
      const dispatch = this.#dispatches.get(String(scheduledEventId));
      if (dispatch !== undefined) dispatch.attempt = attempt ?? 1;
    } else if (event.activityTaskCompletedEventAttributes) {
      const { scheduledEventId, result } = event.activityTaskCompletedEventAttributes;
      const dispatch = this.#dispatches.get(String(scheduledEventId));
      if (dispatch === undefined) return;
      const [value] = await this.#payloads.values(result?.payloads);
      this.#driver.apply({ at, ...dispatchOf(dispatch), ...readReply(value, dispatch.attemptsUsed) });
    } else {
      await this.#readFailure({ event, at });
    }
  }

  #schedule(eventId: string, activityId: string, at: number): void {
    const { scheduler } = this.#driver;
    const ref = dispatchOfId(scheduler, activityId);
    if (ref === undefined) return;
    const unit = scheduler.unit(ref);
    // Pawl's first timers had no summary: that the task was dispatched again says that its timer had elapsed.
    if (unit.isUnserved && unit.timer === 'backoff') {
      this.#driver.apply({ kind: 'timerElapsed', at, ...dispatchOf({ ...ref, dispatch: ref.dispatch - 1 }) });
    }
    this.#driver.begin(ref);
    this.#dispatches.set(eventId, { ...ref, attemptsUsed: unit.attempts, attempt: 1 });
  }

  async #readFailure({ event, at }: Pick<DeliveredEvent, 'event' | 'at'>): Promise<void> {
    const attributes = event.activityTaskFailedEventAttributes ?? event.activityTaskTimedOutEventAttributes;
    const canceled = event.activityTaskCanceledEventAttributes;
    const dispatch = this.#dispatches.get(String((attributes ?? canceled)?.scheduledEventId));
    if (dispatch === undefined) return;
    if (canceled) {
      const details = await this.#payloads.values(canceled.details?.payloads);
      const view = { name: 'CancelledFailure', message: '', details };
      this.#driver.apply({
        at,
        ...dispatchOf(dispatch),
        ...reportFailure(view, false, { ...dispatch, attemptsLeft: 0 }),
      });
      return;
    }
    const attemptsUsed = dispatch.attemptsUsed + dispatch.attempt - 1;
    const failure = await this.#payloads.failure(attributes?.failure);
    const view = (failure ?? new Error('unknown failure')) as ActivityFailureView; // an Error has name, message and stack; the rest is optional
    this.#driver.apply({
      at,
      ...dispatchOf(dispatch),
      ...reportFailure(view, false, { attemptsUsed, attemptsLeft: 0 }),
    });
  }
}
