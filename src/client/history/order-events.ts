import { isSteady } from '../../core/history-bound.js';
import type { Json } from '../../core/json.js';
import { isRecord } from '../../core/json.js';
import { type Order, type Signature, VERBS } from '../../core/order.js';
import { givesValue, withValue } from '../../core/order-value.js';
import { CHECK_ACTIVITY } from '../../core/protocol.js';
import { readOrder } from '../../core/read-order.js';
import { readSignature } from '../../core/read-signature.js';
import { refuseOrder } from '../../core/steering.js';
import type { PayloadReader } from '../payloads.js';
import type { DeliveredEvent, HistoryEvent } from './delivered-events.js';
import { readLocalMarker } from './local-marker.js';
import type { RebuiltDriver } from './rebuilt-driver.js';

type Payloads = Parameters<PayloadReader['values']>[0];

interface AcceptedOrder {
  readonly order: Order;
  readonly by: Signature;
}

/** What of the orders in a history must be known before they are read. */
export interface OrderOutcomes {
  /** Why updates failed after they had been accepted, by their ids; undefined for those that were carried out. */
  readonly completed: ReadonlyMap<string, string | undefined>;
  /** Of the checks of values that are in it, in the order in which they were asked for. */
  readonly checks: readonly number[];
}

/**
 * Reads operators' orders from history: updates that were accepted. Most are carried out at once; those that carry a value when a worker has
 * checked it, which an activity says; before protocol 4 the marker of a local activity, or an activity where that worker could not.
 */
export class OrderEvents {
  readonly #driver: RebuiltDriver;
  readonly #payloads: PayloadReader;
  readonly #completed: OrderOutcomes['completed'];
  /** Accepted, and not carried out. */
  readonly #accepted = new Map<string, AcceptedOrder>();
  /** The checks that no accepted order was found for yet; they were asked for in the order in which updates were accepted. */
  readonly #checks: number[];
  readonly #checked = new Map<number, AcceptedOrder>();
  /** Whose check is asked for by an activity. */
  readonly #toAskAnywhere: AcceptedOrder[] = [];
  /** By the event id of that activity's ActivityTaskScheduled. */
  readonly #askedAnywhere = new Map<string, AcceptedOrder>();

  constructor(driver: RebuiltDriver, payloads: PayloadReader, { completed, checks }: OrderOutcomes) {
    this.#driver = driver;
    this.#payloads = payloads;
    this.#completed = completed;
    this.#checks = [...checks];
  }

  async read({ event, at }: DeliveredEvent): Promise<void> {
    const { markerRecordedEventAttributes: marker, activityTaskScheduledEventAttributes: scheduled } = event;
    if (marker) {
      const accepted = this.#checked.get((await readCheck(event, this.#payloads)) ?? -1);
      if (accepted === undefined) return;
      if (marker.failure) this.#toAskAnywhere.push(accepted);
      else await this.#carryOutChecked(accepted, marker.details?.result?.payloads, at);
      return;
    }
    if (scheduled?.activityType?.name === CHECK_ACTIVITY) {
      const accepted = this.#toAskAnywhere.shift();
      if (accepted !== undefined) this.#askedAnywhere.set(String(event.eventId), accepted);
      return;
    }
    const answer = event.activityTaskCompletedEventAttributes;
    const asked = this.#askedAnywhere.get(String(answer?.scheduledEventId));
    if (asked !== undefined) return this.#carryOutChecked(asked, answer?.result?.payloads, at);
    const request = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest;
    if (request) {
      const [argument] = await this.#payloads.values(request.input?.args?.payloads);
      const accepted = readAccepted(request.input?.name ?? '', request.meta?.updateId ?? '', argument);
      if (accepted !== undefined && !this.#isKnown(accepted.by)) this.#accept(accepted, at);
      return;
    }
    const completed = event.workflowExecutionUpdateCompletedEventAttributes;
    const accepted = this.#accepted.get(completed?.meta?.updateId ?? '');
    if (accepted !== undefined) this.#carryOut(accepted, at);
  }

  /** Given before, and carried out in an earlier execution. */
  #isKnown({ id }: Signature): boolean {
    return this.#driver.scheduler.audit.some((entry) => entry.id === id);
  }

  #accept(accepted: AcceptedOrder, at: number): void {
    const { order, by } = accepted;
    // What ends before it is completed has had no effect.
    if (!this.#completed.has(by.id)) return;
    this.#accepted.set(by.id, accepted);
    if (!givesValue(order)) {
      this.#carryOut(accepted, at);
      return;
    }
    if (isSteady(this.#driver.scheduler.plan)) {
      this.#toAskAnywhere.push(accepted);
      return;
    }
    const check = this.#checks.shift();
    if (check !== undefined) this.#checked.set(check, accepted);
  }

  async #carryOutChecked(accepted: AcceptedOrder, result: Payloads, at: number): Promise<void> {
    const [reply] = await this.#payloads.values(result);
    this.#carryOut({ ...accepted, order: asChecked(accepted.order, reply) }, at);
  }

  /** What is impossible as far as has been read becomes possible with the results of the same workflow task. */
  #carryOut({ order, by }: AcceptedOrder, at: number): void {
    const message = this.#completed.get(by.id);
    if (message === undefined && refuseOrder(this.#driver.scheduler, order) !== undefined) return;
    this.#accepted.delete(by.id);
    if (message === undefined) this.#driver.apply({ kind: 'ordered', at, order, by });
    else this.#driver.apply({ kind: 'orderFailed', at, order, by, message });
  }
}

export async function readOrderOutcomes(
  events: readonly HistoryEvent[],
  payloads: PayloadReader,
): Promise<OrderOutcomes> {
  const completed = new Map<string, string | undefined>();
  const checks: number[] = [];
  for (const event of events) {
    const update = event.workflowExecutionUpdateCompletedEventAttributes;
    if (update) completed.set(update.meta?.updateId ?? '', update.outcome?.failure?.message ?? undefined);
    const check = await readCheck(event, payloads);
    if (check !== undefined) checks.push(check);
  }
  return { completed, checks: checks.sort((a, b) => a - b) };
}

/** The sequence number of a check, if the event is the marker of one. */
async function readCheck(event: HistoryEvent, payloads: PayloadReader): Promise<number | undefined> {
  const marker = await readLocalMarker(event, payloads);
  return marker?.activityType === CHECK_ACTIVITY ? marker.seq : undefined;
}

function readAccepted(name: string, id: string, argument: unknown): AcceptedOrder | undefined {
  const verb = VERBS.find((known) => known === name);
  if (verb === undefined) return undefined;
  const by = readSignature(id, argument);
  return { order: readOrder(verb, argument), by };
}

function asChecked(order: Order, reply: unknown): Order {
  if (!isRecord(reply) || reply.status !== 'valid') return order;
  return withValue(order, reply.value as Json | undefined); // as `pawl.check` answers
}
