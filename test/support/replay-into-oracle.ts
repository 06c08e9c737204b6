import { LocalAttempts } from '../../src/client/history/local-attempts.js';
import { rebuildRun } from '../../src/client/history-reader.js';
import type { PayloadReader } from '../../src/client/payloads.js';
import type { Call, SchedulerCommand } from '../../src/core/command.js';
import type { SchedulerEvent } from '../../src/core/event.js';
import type { Plan } from '../../src/core/plan.js';
import { CHECK_ACTIVITY } from '../../src/core/protocol.js';
import { dispatchId } from '../../src/core/unit-id.js';
import type { UnitRef } from '../../src/core/unit-ref.js';
import { Lockstep } from '../model/lockstep.js';
import type { Oracle } from '../model/oracle.js';
import type { HistoryEvent } from './run-history.js';

/** A run that was told to the oracle. */
export interface ReplayedRun {
  readonly plan: Plan;
  readonly oracle: Oracle;
  /** What the oracle says that was dispatched to workers, by activity id. */
  readonly dispatches: ReadonlyMap<string, ReplayedDispatch>;
}

export interface ReplayedDispatch {
  readonly ref: UnitRef;
  readonly call: Call;
  /** What the functions of the node must have been given. */
  readonly argument: ReturnType<Oracle['argumentOf']>;
}

/**
 * Tells the oracle what history says that the run's scheduler was told, in the same order. A scheduler goes along in lockstep, for what the
 * documents leave open, such as which task is started first where there is no place for all.
 *
 * @param histories of all executions of the run
 * @throws Error if scheduler and oracle disagree, or activities were scheduled that must not have been, or the other way round
 */
export async function replayIntoOracle(
  histories: readonly (readonly HistoryEvent[])[],
  payloads: PayloadReader,
): Promise<ReplayedRun> {
  let replay: Replay | undefined;
  for (const history of histories) {
    const told: SchedulerEvent[] = [];
    const rebuilt = await rebuildRun(history, payloads, (event) => told.push(event));
    if (rebuilt === undefined) throw new Error('the run has no plan');
    replay ??= new Replay(rebuilt.scheduler.plan);
    for (const event of told) replay.apply(event);
    replay.compareWith(history, await LocalAttempts.in(history, payloads));
  }
  if (replay === undefined) throw new Error('the run has no history');
  const { oracle, plan } = replay.lockstep;
  return { plan, oracle, dispatches: replay.dispatches };
}

class Replay {
  readonly lockstep: Lockstep;
  readonly dispatches = new Map<string, ReplayedDispatch>();
  /** Started in this execution, by the ids that activities have in history. */
  #started = new Set<string>();

  constructor(plan: Plan) {
    this.lockstep = new Lockstep(plan);
  }

  apply(event: SchedulerEvent): void {
    const isContinuation = event.kind === 'runContinued';
    const commands = isContinuation ? this.lockstep.restore(event.at) : this.lockstep.apply(event);
    for (const command of commands) this.#note(command);
    if (event.kind === 'taskCancelled') this.#cancelled.add(this.#idOf(event));
  }

  /** Cancelled before the server heard of them, or later. */
  readonly #cancelled = new Set<string>();

  #note(command: SchedulerCommand): void {
    if (command.kind !== 'startTask') return;
    const { task, part, undo, call } = command;
    const ref = { task, ...(part !== undefined && { part }), ...(undo && { undo }) };
    const id = this.#idOf(command);
    const { oracle } = this.lockstep;
    this.dispatches.set(id, { ref, call, argument: oracle.argumentOf(oracle.unit(ref)) });
    this.#started.add(id);
  }

  #idOf(dispatch: UnitRef & { readonly dispatch: number }): string {
    return dispatchId(this.lockstep.scheduler.idOf(dispatch), dispatch);
  }

  /** What was scheduled must be what was started. */
  compareWith(history: readonly HistoryEvent[], locals: LocalAttempts): void {
    const activities = history.flatMap(({ activityTaskScheduledEventAttributes: attributes }) =>
      attributes && attributes.activityType?.name !== CHECK_ACTIVITY ? [attributes.activityId ?? ''] : [],
    );
    const scheduled = [...activities, ...locals.dispatches];
    for (const id of scheduled) if (!this.#started.has(id)) this.lockstep.fail(`'${id}' must not have been scheduled`);
    if (new Set(scheduled).size < scheduled.length) this.lockstep.fail(`an activity was scheduled twice: ${scheduled}`);
    for (const id of this.#started) {
      const isMissing = !scheduled.includes(id) && !this.#cancelled.has(id);
      if (isMissing) this.lockstep.fail(`'${id}' should have been scheduled`);
    }
    this.#started = new Set();
  }
}
