import type { SchedulerEvent } from '../core/event.js';
import { isSteady } from '../core/history-bound.js';
import type { Json } from '../core/json.js';
import type { RunEnvelope, StatusRequest } from '../core/protocol.js';
import { Scheduler } from '../core/scheduler.js';
import { takeSnapshot, type WireSnapshot } from '../core/snapshot.js';
import { ActivityEvents } from './history/activity-events.js';
import { ChildEvents } from './history/child-events.js';
import {
  type DeliveredEvent,
  type HistoryEvent,
  inDeliveryOrder,
  isRequestOrOrder,
  isResult,
} from './history/delivered-events.js';
import { DrainEvents } from './history/drain-events.js';
import { LocalActivityEvents } from './history/local-activity-events.js';
import { LocalAttempts } from './history/local-attempts.js';
import { OrderEvents, type OrderOutcomes, readOrderOutcomes } from './history/order-events.js';
import { RebuiltDriver } from './history/rebuilt-driver.js';
import { findPlan, type RunArguments, readRunArguments, withPlanOfWorker } from './history/run-arguments.js';
import { ShardEvents } from './history/shard-events.js';
import { findStoreReply } from './history/store-replies.js';
import { TimerEvents } from './history/timer-events.js';
import type { PayloadReader } from './payloads.js';

/** A run as its last execution had it at the end of its history. */
export interface RebuiltRun {
  readonly scheduler: Scheduler;
  readonly input: Json | undefined;
  readonly envelope: RunEnvelope | undefined;
  /** Of the run's first execution, in milliseconds since the epoch. */
  readonly startedAt: number;
}

/**
 * Rebuilds the state of a run from the history of its last execution with the scheduler that ran it: for runs that were terminated or timed out, for
 * those too large to keep their last state in the memo, and for reruns. Undefined for a run without a plan.
 *
 * @param observe is called with everything that the scheduler is told
 */
export async function rebuildRun(
  events: readonly HistoryEvent[],
  payloads: PayloadReader,
  observe?: (event: SchedulerEvent) => void,
): Promise<RebuiltRun | undefined> {
  const known = {
    orders: await readOrderOutcomes(events, payloads),
    locals: await LocalAttempts.in(events, payloads),
    hasStored: await findStoreReply(events, payloads),
  };
  const reader = new HistoryReader(payloads, known, observe);
  const plan = await findPlan(events, payloads);
  for (const event of inDeliveryOrder(events, plan !== undefined && isSteady(plan))) await reader.read(event);
  return reader.run();
}

/** @param items whether maps' items are there one by one, those of one map, or only counted */
export async function rebuildSnapshot(
  events: readonly HistoryEvent[],
  payloads: PayloadReader,
  items: 'listed' | 'counted' | StatusRequest = 'counted',
): Promise<WireSnapshot | undefined> {
  const run = await rebuildRun(events, payloads);
  return run && takeSnapshot(run.scheduler, run.startedAt, items);
}

/** What of a history must be known before it is read. */
interface KnownBefore {
  readonly orders: OrderOutcomes;
  readonly locals: LocalAttempts;
  readonly hasStored: boolean;
}

class HistoryReader {
  readonly #payloads: PayloadReader;
  readonly #known: KnownBefore;
  readonly #observe: ((event: SchedulerEvent) => void) | undefined;
  #workflow = '';
  #given: RunArguments | undefined;
  #startedAt = 0;
  /** When the latest workflow task was started: the time that the workflow saw in it. */
  #workflowTime = 0;
  /** Before it had begun. */
  #isCancelled = false;
  #driver: RebuiltDriver | undefined;
  #drain: DrainEvents | undefined;
  /** Whether all results have been read of which the latest workflow task has told. */
  #hasRead = false;
  #readers: readonly { read(event: DeliveredEvent): Promise<void> }[] = [];

  constructor(payloads: PayloadReader, known: KnownBefore, observe: ((event: SchedulerEvent) => void) | undefined) {
    this.#payloads = payloads;
    this.#known = known;
    this.#observe = observe;
  }

  /** Before its first workflow task is completed, nothing has begun, but a plan in the arguments is known. */
  run(): RebuiltRun | undefined {
    const { plan, state, input, envelope } = this.#given ?? {};
    if (plan === undefined) return undefined;
    this.#driver?.goOn();
    const scheduler = this.#driver?.scheduler ?? new Scheduler(plan, state);
    return { scheduler, input, envelope, startedAt: this.#startedAt };
  }

  async read(delivered: DeliveredEvent): Promise<void> {
    const { event, at } = delivered;
    if (this.#hasRead && !isRequestOrOrder(event)) this.#driver?.goOn();
    if (isResult(event)) this.#hasRead = false;
    if (event.workflowTaskCompletedEventAttributes) this.#hasRead = true;
    await this.#drain?.read(delivered); // it tells whether anything can be dispatched
    if (event.workflowExecutionStartedEventAttributes) {
      const { workflowType, input } = event.workflowExecutionStartedEventAttributes;
      this.#workflow = workflowType?.name ?? '';
      this.#startedAt = at;
      this.#given = readRunArguments(this.#workflow, await this.#payloads.values(input?.payloads));
    } else if (event.workflowTaskStartedEventAttributes) {
      this.#workflowTime = at;
    } else if (event.workflowTaskCompletedEventAttributes) {
      this.#begin(delivered);
    } else if (event.markerRecordedEventAttributes && this.#driver === undefined && this.#given !== undefined) {
      const [reply] = await this.#payloads.values(event.markerRecordedEventAttributes.details?.result?.payloads);
      this.#given = withPlanOfWorker(this.#given, this.#workflow, reply);
      this.#begin(delivered);
    } else if (event.workflowExecutionCancelRequestedEventAttributes) {
      if (this.#driver === undefined) this.#isCancelled = true;
      else this.#driver.apply({ kind: 'runCancelRequested', at });
    } else {
      for (const reader of this.#readers) await reader.read(delivered);
    }
  }

  #begin(begun: DeliveredEvent): void {
    const { plan, state, input, envelope } = this.#given ?? {};
    if (this.#driver !== undefined || plan === undefined) return;
    const at = this.#workflowTime;
    this.#startedAt = envelope?.startedAt ?? at;
    const { orders, locals, hasStored } = this.#known;
    const driver = new RebuiltDriver(new Scheduler(plan, state), { input, hasStored, locals }, this.#observe);
    this.#driver = driver;
    this.#drain = new DrainEvents(driver, this.#payloads, {
      continueAfter: envelope?.continueAfter,
      isCancelRequested: this.#isCancelled,
      begun,
    });
    this.#readers = [
      new ActivityEvents(driver, this.#payloads),
      new LocalActivityEvents(driver, this.#payloads, locals),
      new TimerEvents(driver, this.#payloads),
      new ChildEvents(driver, this.#payloads),
      new OrderEvents(driver, this.#payloads, orders),
      new ShardEvents(driver, this.#payloads),
    ];
    driver.apply({ kind: state === undefined ? 'runStarted' : 'runContinued', at });
    // The workflow hears of it when it has started what can start, in the same workflow task.
    if (this.#isCancelled) driver.apply({ kind: 'runCancelRequested', at });
  }
}
