import { ContinuationDue, type HistoryExtent, PATIENCE_SUMMARY } from '../../core/continuation-due.js';
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
  /** The event id of the timer that ends the waiting for what runs. */
  #patience: string | undefined;
  #isCancelRequested: boolean;
  /** What is read now. */
  #delivered: DeliveredEvent;

  /**
   * @param continueAfter of the run's envelope
   * @param isCancelRequested before it had begun
   * @param begun what it begins with
   */
  constructor(
    driver: RebuiltDriver,
    payloads: PayloadReader,
    {
      continueAfter,
      isCancelRequested,
      begun,
    }: {
      readonly continueAfter: number | undefined;
      readonly isCancelRequested: boolean;
      readonly begun: DeliveredEvent;
    },
  ) {
    this.#driver = driver;
    this.#payloads = payloads;
    this.#isCancelRequested = isCancelRequested;
    this.#delivered = begun;
    this.#due = new ContinuationDue(driver.scheduler.plan, continueAfter);
    driver.afterEvents = () => this.#consider();
  }

  /** To be called with all that is read, before anyone else reads it. */
  async read(delivered: DeliveredEvent): Promise<void> {
    const { event } = delivered;
    this.#delivered = delivered;
    if (event.workflowExecutionCancelRequestedEventAttributes) this.#isCancelRequested = true;
    if (event.workflowExecutionUpdateAcceptedEventAttributes) this.#updates++;
    this.#driver.bound.add(startedBytes(event));
    if (event.timerStartedEventAttributes && (await this.#isPatience(delivered))) {
      this.#patience = String(event.eventId);
    }
    const { startedEventId } = event.timerFiredEventAttributes ?? {};
    const isOver = this.#patience !== undefined && this.#patience === String(startedEventId);
    // Where the last of what ran has ended in the same workflow task, it continues as new.
    const isGivenUp = isOver && this.#driver.scheduler.inFlight > 0;
    if (this.#isDraining && (isGivenUp || (await this.#isUnexpectedStart(delivered)))) this.#putOff();
  }

  /** A run that is due stops to start anything once something is reported to it. */
  #consider(): void {
    const isDue = this.#due.isPassedBy(this.#extent(), this.#isCancelRequested);
    if (!this.#isDraining && isDue) {
      this.#isDraining = true;
      this.#driver.apply({ kind: 'drainStarted', at: this.#delivered.at });
    } else if (this.#isDraining && !isDue) {
      this.#putOff(); // it was asked to stop since
    }
  }

  #putOff(): void {
    this.#isDraining = false;
    this.#due.putOff(this.#extent());
    this.#driver.apply({ kind: 'drainEnded', at: this.#delivered.at });
  }

  #extent(): HistoryExtent {
    const { scheduler, bound } = this.#driver;
    return { ...(isSteady(scheduler.plan) ? bound.extent : this.#delivered.extent), updates: this.#updates };
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
