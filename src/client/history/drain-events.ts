import { ContinuationDue, dueEvents, type HistoryExtent, PATIENCE_SUMMARY } from '../../core/continuation-due.js';
import { isSteady } from '../../core/history-bound.js';
import type { PayloadReader } from '../payloads.js';
import type { DeliveredEvent, HistoryEvent } from './delivered-events.js';
import { readLocalEnd } from './local-activity-events.js';
import type { RebuiltDriver } from './rebuilt-driver.js';
import { dispatchOfChildId, dispatchOfId } from './unit-of-id.js';

/** Finds out when the run started nothing more because it was to continue as new: of that history tells only how long it was. */
export class DrainEvents {
  readonly #driver: RebuiltDriver;
  readonly #payloads: PayloadReader;
  readonly #due: ContinuationDue;
  #updates = 0;
  #isDraining = false;
  /** How many events the scheduler had been told when it was last considered. */
  #considered = 0;
  /** The event id of the timer that ends the waiting for what runs. */
  #patience: string | undefined;

  #isCancelRequested: boolean;

  /**
   * @param continueAfter of the run's envelope
   * @param isCancelRequested before it had begun
   */
  constructor(
    driver: RebuiltDriver,
    payloads: PayloadReader,
    {
      continueAfter,
      isCancelRequested,
    }: { readonly continueAfter: number | undefined; readonly isCancelRequested: boolean },
  ) {
    this.#driver = driver;
    this.#payloads = payloads;
    this.#isCancelRequested = isCancelRequested;
    this.#due = new ContinuationDue(continueAfter ?? dueEvents(driver.scheduler.plan));
  }

  async read(delivered: DeliveredEvent): Promise<void> {
    const { event } = delivered;
    if (event.workflowExecutionUpdateAcceptedEventAttributes) this.#updates++;
    this.#driver.bound.add(startedBytes(event));
    if (event.timerStartedEventAttributes && (await this.#isPatience(delivered))) {
      this.#patience = String(event.eventId);
    }
    const { startedEventId } = event.timerFiredEventAttributes ?? {};
    const isOver = this.#patience !== undefined && this.#patience === String(startedEventId);
    // Where the last of what ran has ended in the same workflow task, it continues as new.
    const isGivenUp = isOver && this.#driver.scheduler.inFlight > 0;
    if (this.#isDraining && (isGivenUp || (await this.#isUnexpectedStart(delivered)))) this.#putOff(delivered);
  }

  /** To be called when an event has been read: a run that is due stops to start anything once something is reported to it. */
  consider(delivered: DeliveredEvent): void {
    if (this.#considered === this.#driver.told) return;
    const { event, at } = delivered;
    if (event.workflowExecutionCancelRequestedEventAttributes) this.#isCancelRequested = true;
    const isDue = this.#due.isPassedBy(this.#extent(delivered), this.#isCancelRequested);
    if (!this.#isDraining && isDue) {
      this.#isDraining = true;
      this.#driver.apply({ kind: 'drainStarted', at });
    } else if (this.#isDraining && !isDue) {
      this.#putOff(delivered); // it was asked to stop since
    }
    this.#considered = this.#driver.told;
  }

  #putOff(delivered: DeliveredEvent): void {
    this.#isDraining = false;
    this.#due.putOff(this.#extent(delivered));
    this.#driver.apply({ kind: 'drainEnded', at: delivered.at });
  }

  #extent({ extent }: DeliveredEvent): HistoryExtent {
    const { scheduler, bound } = this.#driver;
    return { ...(isSteady(scheduler.plan) ? bound.extent : extent), updates: this.#updates };
  }

  async #isPatience({ event: { userMetadata } }: DeliveredEvent): Promise<boolean> {
    const summary = userMetadata?.summary;
    const [text] = await this.#payloads.values(summary ? [summary] : []);
    return text === PATIENCE_SUMMARY;
  }

  /** The state of the run was too large to be carried over, and it went on: history has no other sign of it. */
  async #isUnexpectedStart({ event }: DeliveredEvent): Promise<boolean> {
    const { scheduler } = this.#driver;
    const local = await readLocalEnd(event, this.#payloads); // which tells of its start, too
    const activityId = event.activityTaskScheduledEventAttributes?.activityId ?? local?.dispatch;
    const childId = event.startChildWorkflowExecutionInitiatedEventAttributes?.workflowId?.split('/').at(-1);
    const dispatch =
      activityId != null
        ? dispatchOfId(scheduler, activityId)
        : childId !== undefined
          ? dispatchOfChildId(scheduler, childId)
          : undefined;
    return dispatch !== undefined && scheduler.unit(dispatch).dispatchCount < dispatch.dispatch;
  }
}

/** Of what is started, and of what local activities made. A run hears of it a little earlier than history does. */
function startedBytes(event: HistoryEvent): number {
  const { input } =
    event.activityTaskScheduledEventAttributes ?? event.startChildWorkflowExecutionInitiatedEventAttributes ?? {};
  const payloads = input?.payloads ?? event.markerRecordedEventAttributes?.details?.result?.payloads ?? [];
  return payloads.reduce((sum, { data }) => sum + (data?.length ?? 0), 0);
}
