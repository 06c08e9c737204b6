import type { Cause } from '../../src/core/cause.js';
import type { SchedulerCommand } from '../../src/core/command.js';
import type { SchedulerEvent, TaskEvent } from '../../src/core/event.js';
import type { Json } from '../../src/core/json.js';
import { needName, type Plan, type PlannedTask } from '../../src/core/plan.js';
import type { RunOutcome } from '../../src/core/run-outcome.js';
import { isSettled, type SettledState, type TaskState } from '../../src/core/task-state.js';
import type { NeedMode } from '../../src/core/trigger-rule.js';
import { countedAs, decide, isFailureFor, type NeedEnd } from './truth-table.js';

/** A command, without the length of a backoff: the documents leave that open. */
export type RequiredCommand =
  | Exclude<SchedulerCommand, { kind: 'startBackoff' }>
  | { readonly kind: 'startBackoff'; readonly task: number; readonly dispatch: number };

interface OracleTask {
  readonly index: number;
  state: TaskState;
  /** How often it was dispatched. */
  dispatches: number;
  attempts: number;
  output: Json | undefined;
  cause: Cause | undefined;
  /** When it was first dispatched, and when it settled, by the times of the events. */
  scheduledAt: number | undefined;
  settledAt: number | undefined;
  /** The number of the event in which it settled. */
  settledIn: number | undefined;
  /** Its needs let it run, whatever becomes of the others. */
  mayRun: boolean;
  /** It failed, or was kept from running by a failure, and the run may be completed all the same. */
  isFailureAllowed: boolean;
  /** Its backoff has not elapsed yet. */
  backingOff: boolean;
  /** Why it was asked to stop while it ran. */
  asked: Cause | undefined;
}

/** The need that is to blame for a task that was not run, where the documents leave several to choose from. */
type ChooseBlamed = (task: number) => number | undefined;

/**
 * What a run must do, written down from the design's words and from nothing of the scheduler's code: every question is
 * answered by looking at all tasks again. Two things are left open. Which of the startable tasks are started when there
 * is no place for all of them: the scheduler chooses, and tells the oracle with `start`. And which need came first, when
 * one event settled several.
 */
export class Oracle {
  readonly tasks: readonly OracleTask[];
  #started = false;
  #cancelRequested = false;
  /** Those that are not allowed, in the order in which they were reported. */
  readonly #failures: number[] = [];
  #at = 0;
  #eventCount = 0;
  #chooseBlamed: ChooseBlamed = () => undefined;

  constructor(readonly plan: Plan) {
    this.tasks = plan.tasks.map(({ needs }, index) => ({
      index,
      state: 'pending',
      dispatches: 0,
      attempts: 0,
      output: undefined,
      cause: undefined,
      scheduledAt: undefined,
      settledAt: undefined,
      settledIn: undefined,
      mayRun: needs.length === 0,
      isFailureAllowed: false,
      backingOff: false,
      asked: undefined,
    }));
  }

  /** A report that comes too late changes nothing. */
  #isLate(event: TaskEvent): boolean {
    const { state, dispatches } = this.task(event.task);
    return isSettled(state) || event.dispatch < dispatches;
  }

  /**
   * The commands that must follow at once, apart from starts and the run's end.
   *
   * @param chooseBlamed is followed where it names a need that may be blamed; else it is the first of those.
   */
  apply(event: SchedulerEvent, chooseBlamed: ChooseBlamed = () => undefined): RequiredCommand[] {
    this.#at = event.at;
    this.#eventCount += 1;
    this.#chooseBlamed = chooseBlamed;
    switch (event.kind) {
      case 'runStarted':
        this.#started = true;
        return [];
      case 'runCancelRequested':
        if (this.#cancelRequested) return [];
        this.#cancelRequested = true;
        return [...this.#cancelUnstarted({ kind: 'runCancelled' }), ...this.#askRunning({ kind: 'runCancelled' })];
      default:
        return this.#isLate(event) ? [] : this.#report(event);
    }
  }

  #report(event: TaskEvent): RequiredCommand[] {
    const task = this.task(event.task);
    if ((event.kind === 'backoffElapsed') !== task.backingOff) throw new Error(`no driver reports this: ${event.kind}`);
    if (event.kind === 'backoffElapsed') {
      task.backingOff = false;
      return [];
    }
    task.attempts = event.attempts;
    switch (event.kind) {
      case 'taskSucceeded':
        task.output = event.output;
        this.#settle(task, 'succeeded', undefined);
        break;
      case 'taskSkipped':
        this.#settle(task, 'skipped', { kind: 'condition' });
        break;
      case 'taskFailed': {
        if (task.asked !== undefined) {
          this.#settle(task, 'cancelled', task.asked);
          break;
        }
        task.isFailureAllowed = this.#plannedTask(event.task).allowFailure === true;
        this.#settle(task, 'failed', { kind: 'error', error: event.error });
        this.#settleByRules(); // before the policy cancels what could not have run anyway
        return task.isFailureAllowed ? [] : this.#followPolicy(event.task);
      }
      case 'taskUnserved':
        if (task.asked === undefined) return this.#backOff(task, event.reason);
        this.#settle(task, 'cancelled', task.asked);
        break;
      case 'taskCancelled':
        if (task.asked === undefined) {
          throw new Error('the documents do not say what a cancellation is that nobody asked for');
        }
        this.#settle(task, 'cancelled', task.asked);
    }
    this.#settleByRules();
    return [];
  }

  #backOff(task: OracleTask, reason: string): RequiredCommand[] {
    const [firstFailure] = this.#failures;
    if (this.plan.onFailure !== 'continue' && firstFailure !== undefined) {
      // Nothing new is dispatched any more, so it will not be dispatched again.
      this.#settle(task, 'cancelled', { kind: 'stopped', root: firstFailure });
      return [];
    }
    task.state = 'waiting';
    task.cause = { kind: 'unserved', reason };
    task.backingOff = true;
    return [{ kind: 'startBackoff', task: task.index, dispatch: task.dispatches }];
  }

  #settle(task: OracleTask, state: SettledState, cause: Cause | undefined): void {
    task.state = state;
    task.cause = cause;
    task.settledAt = this.#at;
    task.settledIn = this.#eventCount;
  }

  /** Decides every task whose needs have said enough. A task comes after its needs, so one pass reaches all. */
  #settleByRules(): void {
    for (const task of this.tasks) {
      if (task.state !== 'pending' || task.mayRun) continue;
      const { trigger = 'all_success' } = this.#plannedTask(task.index);
      switch (decide(trigger, this.#endsOf(task.index))) {
        case 'wait':
          break;
        case 'run':
          task.mayRun = true;
          break;
        case 'fail': {
          const from = this.#blamed(task.index, (end) => isFailureFor(trigger, end));
          if (from === undefined) throw new Error('a task fails because of a need');
          task.isFailureAllowed = this.task(from).isFailureAllowed;
          this.#settle(task, 'upstream_failed', { kind: 'upstream', root: this.#rootOf(from), from });
          break;
        }
        case 'skip': {
          const from = this.#blamed(task.index, (end) => end === 'skipped');
          const cause: Cause =
            from === undefined
              ? { kind: 'trigger', rule: trigger }
              : { kind: 'upstreamSkipped', root: this.#rootOf(from), from };
          this.#settle(task, 'skipped', cause);
        }
      }
    }
  }

  /** What each of its needs counts as, for those that have ended. */
  #endsOf(index: number): (NeedEnd | undefined)[] {
    return this.#plannedTask(index).needs.map((need, position) => {
      const end = this.#endOf(need);
      return end && countedAs(end, this.#modeOf(index, position));
    });
  }

  #endOf(index: number): NeedEnd | undefined {
    const { state, isFailureAllowed } = this.task(index);
    if (!isSettled(state)) return undefined;
    if (state === 'succeeded' || state === 'skipped') return state;
    return isFailureAllowed ? 'allowedFailure' : 'failed';
  }

  /** Under a rule for the whole node each need is plain. */
  #modeOf(index: number, position: number): NeedMode {
    const { trigger, modes } = this.#plannedTask(index);
    if (trigger !== undefined) return 'plain';
    return ({ p: 'plain', o: 'optional', s: 'settled' } as const)[modes?.[position] ?? 'p'] ?? 'plain';
  }

  /** Of the needs that count as wanted, the one that settled first. */
  #blamed(index: number, isWanted: (end: NeedEnd | undefined) => boolean): number | undefined {
    const ends = this.#endsOf(index);
    const wanted = this.#plannedTask(index).needs.filter((_, position) => isWanted(ends[position]));
    const first = Math.min(...wanted.map((need) => this.task(need).settledIn ?? 0));
    const candidates = wanted.filter((need) => this.task(need).settledIn === first);
    const chosen = this.#chooseBlamed(index);
    return chosen !== undefined && candidates.includes(chosen) ? chosen : candidates[0];
  }

  /** Where the chain of causes ends that goes through the task. */
  #rootOf(index: number): number {
    const { cause } = this.task(index);
    return cause?.kind === 'upstream' || cause?.kind === 'upstreamSkipped' ? cause.root : index;
  }

  #followPolicy(failed: number): RequiredCommand[] {
    this.#failures.push(failed);
    if (this.plan.onFailure === 'continue') return [];
    const cause: Cause = { kind: 'stopped', root: this.#failures[0] ?? failed };
    const cancelled = this.#cancelUnstarted(cause);
    return this.plan.onFailure === 'cancel' ? [...cancelled, ...this.#askRunning(cause)] : cancelled;
  }

  #cancelUnstarted(cause: Cause): RequiredCommand[] {
    const commands: RequiredCommand[] = [];
    for (const task of this.tasks) {
      if (task.state !== 'pending' && task.state !== 'waiting') continue;
      if (task.backingOff) commands.push({ kind: 'cancelBackoff', task: task.index, dispatch: task.dispatches });
      task.backingOff = false;
      this.#settle(task, 'cancelled', cause);
    }
    return commands;
  }

  #askRunning(cause: Cause): RequiredCommand[] {
    const commands: RequiredCommand[] = [];
    for (const task of this.tasks) {
      if (task.state !== 'running' || task.asked !== undefined) continue;
      task.asked = cause;
      commands.push({ kind: 'cancelTask', task: task.index, dispatch: task.dispatches });
    }
    return commands;
  }

  /** The frontier: what may be dispatched now, were there places without limit. */
  startable(): Set<number> {
    const startable = new Set<number>();
    if (!this.#started) return startable;
    const openWave = Math.min(...this.tasks.filter((task) => !isSettled(task.state)).map((t) => this.#waveOf(t.index)));
    for (const task of this.tasks) {
      const open = task.state === 'pending' || (task.state === 'waiting' && !task.backingOff);
      if (!open || !task.mayRun) continue;
      if (this.plan.scheduling === 'waves' && this.#waveOf(task.index) > openWave) continue;
      startable.add(task.index);
    }
    return startable;
  }

  freePlaces(): number {
    return this.plan.maxConcurrentTasks - this.tasks.filter(({ state }) => state === 'running').length;
  }

  /** The scheduler has chosen this one of the startable tasks. */
  start(index: number, at: number): RequiredCommand {
    const task = this.task(index);
    task.scheduledAt ??= at;
    task.state = 'running';
    task.cause = undefined;
    task.dispatches += 1;
    return { kind: 'startTask', task: index, dispatch: task.dispatches, attemptsUsed: task.attempts };
  }

  outcome(): RunOutcome | undefined {
    if (!this.#started || this.tasks.some(({ state }) => !isSettled(state))) return undefined;
    if (this.tasks.some(({ cause }) => cause?.kind === 'runCancelled')) return 'cancelled';
    return this.tasks.some((task) => task.state === 'failed' && !task.isFailureAllowed) ? 'failed' : 'completed';
  }

  /** A task's input, by the names of its needs: outputs, or results. What has no output, or no output now, gives none. */
  needsOf(index: number): Record<string, Json> {
    const planned = this.#plannedTask(index);
    const { trigger = 'all_success', needs } = planned;
    return named(
      needs.map((need, position) => {
        const asResult =
          trigger === 'all_success' ? this.#modeOf(index, position) === 'settled' : trigger !== 'none_failed';
        return [needName(this.plan, planned, position), asResult ? this.#resultOf(need) : this.task(need).output];
      }),
    );
  }

  /** Its end, as far as it is known now. */
  #resultOf(index: number): Json {
    const { state, output, cause } = this.task(index);
    if (!isSettled(state)) return { status: 'pending' };
    return {
      status: state,
      ...(output !== undefined && { output }),
      ...(cause?.kind === 'error' && { error: { ...cause.error } }),
    };
  }

  outputs(): Record<string, Json> {
    return named(Object.entries(this.plan.outputs).map(([name, index]) => [name, this.task(index).output]));
  }

  task(index: number): OracleTask {
    const task = this.tasks[index];
    if (task === undefined) throw new RangeError(`no task ${index}`);
    return task;
  }

  #plannedTask(index: number): PlannedTask {
    const planned = this.plan.tasks[index];
    if (planned === undefined) throw new RangeError(`no task ${index}`);
    return planned;
  }

  readonly #waves = new Map<number, number>();

  /** The length of the longest path that leads to it. Remembered: it follows from the plan alone. */
  #waveOf(index: number): number {
    const known = this.#waves.get(index);
    if (known !== undefined) return known;
    const wave = 1 + Math.max(-1, ...(this.plan.tasks[index]?.needs ?? []).map((need) => this.#waveOf(need)));
    this.#waves.set(index, wave);
    return wave;
  }
}

function named(entries: readonly (readonly [string, Json | undefined])[]): Record<string, Json> {
  const record: Record<string, Json> = {};
  for (const [name, value] of entries) if (value !== undefined) record[name] = value;
  return record;
}
