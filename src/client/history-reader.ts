import type { temporal } from '@temporalio/proto';
import { type ActivityFailureView, reportFailure } from '../core/attempt-report.js';
import type { SchedulerCommand } from '../core/command.js';
import type { SchedulerEvent } from '../core/event.js';
import { isRecord, type Json } from '../core/json.js';
import { MalformedPlanError } from '../core/malformed-plan.js';
import { optionsOf, type Plan, taskAt } from '../core/plan.js';
import type { PlanReply } from '../core/protocol.js';
import { readPlan } from '../core/read-plan.js';
import { Scheduler } from '../core/scheduler.js';
import { takeSnapshot, type WireSnapshot } from '../core/snapshot.js';
import { refuseArgument, taskArgument } from '../core/task-argument.js';
import { readReply } from '../core/task-reply.js';
import type { PayloadReader } from './payloads.js';
import { toMilliseconds } from './timestamp.js';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

/**
 * Rebuilds the state of a run from its history with the scheduler that ran it: for runs that were terminated or timed out, and for those too
 * large to keep their last state in the memo.
 */
export async function rebuildSnapshot(
  events: readonly HistoryEvent[],
  payloads: PayloadReader,
): Promise<WireSnapshot | undefined> {
  const reader = new HistoryReader(payloads);
  for (const event of inDeliveryOrder(events)) await reader.read(event);
  return reader.snapshot();
}

/**
 * The order in which the workflow hears of events: when a request to cancel and results come in the same workflow task, it hears of the
 * request first, since a result takes some turns of the event loop more to get through the SDK.
 */
function inDeliveryOrder(events: readonly HistoryEvent[]): HistoryEvent[] {
  const ordered: HistoryEvent[] = [];
  let firstResult: number | undefined;
  for (const event of events) {
    if (event.workflowTaskStartedEventAttributes) firstResult = undefined;
    if (event.workflowExecutionCancelRequestedEventAttributes && firstResult !== undefined) {
      ordered.splice(firstResult, 0, event);
      firstResult++;
      continue;
    }
    if (isResult(event)) firstResult ??= ordered.length;
    ordered.push(event);
  }
  return ordered;
}

function isResult(event: HistoryEvent): boolean {
  return Boolean(
    event.activityTaskCompletedEventAttributes ??
      event.activityTaskFailedEventAttributes ??
      event.activityTaskTimedOutEventAttributes ??
      event.activityTaskCanceledEventAttributes,
  );
}

interface Dispatch {
  readonly task: number;
  readonly dispatch: number;
  readonly attemptsUsed: number;
  /** Of the attempt that was reported, as its ActivityTaskStarted event says. */
  attempt: number;
}

class HistoryReader {
  readonly #payloads: PayloadReader;
  #scheduler: Scheduler | undefined;
  #tasksById = new Map<string, number>();
  #workflow = '';
  #input: Json | undefined;
  #startedAt = 0;
  /** When the latest workflow task was started: the time that the workflow saw in it. */
  #workflowTime = 0;
  #hasBegun = false;
  /** Before it had begun. */
  #isCancelled = false;
  /** By the event id of their ActivityTaskScheduled. */
  readonly #dispatches = new Map<string, Dispatch>();
  /** `task#dispatch` of all of them. */
  readonly #scheduled = new Set<string>();

  constructor(payloads: PayloadReader) {
    this.#payloads = payloads;
  }

  snapshot(): WireSnapshot | undefined {
    return this.#scheduler && takeSnapshot(this.#scheduler, this.#startedAt);
  }

  async read(event: HistoryEvent): Promise<void> {
    const at = toMilliseconds(event.eventTime);
    if (event.workflowExecutionStartedEventAttributes) {
      const { workflowType, input } = event.workflowExecutionStartedEventAttributes;
      this.#workflow = workflowType?.name ?? '';
      this.#startedAt = at;
      const [given, envelope] = await this.#payloads.values(input?.payloads);
      this.#input = given as Json | undefined; // an input travels as JSON
      if (isRecord(envelope) && envelope.plan !== undefined) this.#take(envelope.plan);
    } else if (event.workflowTaskStartedEventAttributes) {
      this.#workflowTime = at;
    } else if (event.workflowTaskCompletedEventAttributes) {
      this.#begin();
    } else if (event.markerRecordedEventAttributes && this.#scheduler === undefined) {
      const [reply] = await this.#payloads.values(event.markerRecordedEventAttributes.details?.result?.payloads);
      if (!isPlanReply(reply)) return;
      this.#take(reply.plan);
      this.#input = reply.input;
      this.#begin();
    } else if (event.activityTaskScheduledEventAttributes) {
      this.#schedule(String(event.eventId), event.activityTaskScheduledEventAttributes.activityId ?? '', at);
    } else if (event.activityTaskStartedEventAttributes) {
      const { scheduledEventId, attempt } = event.activityTaskStartedEventAttributes;
      const dispatch = this.#dispatches.get(String(scheduledEventId));
      if (dispatch !== undefined) dispatch.attempt = attempt ?? 1;
    } else if (event.activityTaskCompletedEventAttributes) {
      const { scheduledEventId, result } = event.activityTaskCompletedEventAttributes;
      const dispatch = this.#dispatches.get(String(scheduledEventId));
      const [value] = await this.#payloads.values(result?.payloads);
      if (dispatch !== undefined) this.#apply({ at, ...dispatch, ...readReply(value, dispatch.attemptsUsed) });
    } else if (event.workflowExecutionCancelRequestedEventAttributes) {
      if (this.#hasBegun) this.#apply({ kind: 'runCancelRequested', at });
      else this.#isCancelled = true;
    } else {
      await this.#readFailure(event, at);
    }
  }

  async #readFailure(event: HistoryEvent, at: number): Promise<void> {
    const attributes = event.activityTaskFailedEventAttributes ?? event.activityTaskTimedOutEventAttributes;
    const canceled = event.activityTaskCanceledEventAttributes;
    const dispatch = this.#dispatches.get(String((attributes ?? canceled)?.scheduledEventId));
    if (dispatch === undefined || this.#scheduler === undefined) return;
    const plan = this.#scheduler.plan;
    const { maximumAttempts } = optionsOf(plan, taskAt(plan, dispatch.task)).retry;
    if (canceled) {
      const details = await this.#payloads.values(canceled.details?.payloads);
      const view = { name: 'CancelledFailure', message: '', details };
      this.#apply({ at, ...dispatch, ...reportFailure(view, false, { ...dispatch, maximumAttempts }) });
      return;
    }
    const used = dispatch.attemptsUsed + dispatch.attempt;
    const failure = await this.#payloads.failure(attributes?.failure);
    const view = (failure ?? new Error('unknown failure')) as ActivityFailureView; // an Error has name, message and stack; the rest is optional
    this.#apply({ at, ...dispatch, ...reportFailure(view, false, { attemptsUsed: used - 1, maximumAttempts }) });
  }

  #take(given: unknown): void {
    const plan = wellFormed(given);
    if (plan?.workflow !== this.#workflow) return;
    this.#scheduler = new Scheduler(plan);
    this.#tasksById = new Map(plan.tasks.map((task, index) => [task.id, index]));
  }

  /** Before its first workflow task is completed, nothing has begun, whatever is in the arguments. */
  #begin(): void {
    if (this.#hasBegun || this.#scheduler === undefined) return;
    this.#hasBegun = true;
    this.#startedAt = this.#workflowTime;
    this.#apply({ kind: 'runStarted', at: this.#workflowTime });
    // The workflow hears of it when it has started what can start, in the same workflow task.
    if (this.#isCancelled) this.#apply({ kind: 'runCancelRequested', at: this.#workflowTime });
  }

  #schedule(eventId: string, activityId: string, at: number): void {
    const [id = '', count = '1'] = activityId.split('#');
    const task = this.#tasksById.get(id);
    const orchestrator = task === undefined ? undefined : this.#scheduler?.tasks[task];
    if (task === undefined || orchestrator === undefined) return;
    const dispatch = Number(count);
    // Its timer's event does not say whose it was; that it was dispatched again does.
    if (orchestrator.state === 'waiting') this.#apply({ kind: 'backoffElapsed', task, dispatch: dispatch - 1, at });
    this.#scheduled.add(`${task}#${dispatch}`);
    this.#dispatches.set(eventId, { task, dispatch, attemptsUsed: orchestrator.attempts, attempt: 1 });
  }

  #apply(first: SchedulerEvent): void {
    if (this.#scheduler === undefined) return;
    const events = [first];
    for (let event = events.shift(); event !== undefined; event = events.shift()) {
      for (const command of this.#scheduler.apply(event)) {
        const told = this.#withoutServer(this.#scheduler, command, event.at);
        if (told !== undefined) events.push(told);
      }
    }
  }

  /** What the driver reports by itself: history has no event of it. */
  #withoutServer(scheduler: Scheduler, command: SchedulerCommand, at: number): SchedulerEvent | undefined {
    if (command.kind === 'startTask') {
      const { task, dispatch, attemptsUsed } = command;
      const argument = taskArgument(scheduler, task, { input: this.#input, rootRunId: ANY_RUN_ID, attemptsUsed });
      const error = refuseArgument(argument);
      return error && { kind: 'taskFailed', at, task, dispatch, attempts: attemptsUsed, error };
    }
    // Dispatched and cancelled within one workflow task: the SDK tells the workflow, and the server never hears of it.
    if (command.kind === 'cancelTask' && !this.#scheduled.has(`${command.task}#${command.dispatch}`)) {
      const attempts = scheduler.tasks[command.task]?.attempts ?? 0;
      return { kind: 'taskCancelled', at, task: command.task, dispatch: command.dispatch, attempts };
    }
    return undefined;
  }
}

/** Only its length matters: the size of a dispatch decides whether it is refused. */
const ANY_RUN_ID = '00000000-0000-0000-0000-000000000000';

function isPlanReply(value: unknown): value is Extract<PlanReply, { status: 'planned' }> {
  return isRecord(value) && value.status === 'planned';
}

/** Undefined for a plan that the run itself has refused: it has no tasks. */
function wellFormed(plan: unknown): Plan | undefined {
  try {
    return readPlan(plan);
  } catch (error) {
    if (error instanceof MalformedPlanError) return undefined;
    throw error;
  }
}
