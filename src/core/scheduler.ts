import { AuditTrail } from './audit-trail.js';
import { carryOutOrder, type UnitActions } from './carry-out-order.js';
import type { Cause, TaskError } from './cause.js';
import type { SchedulerCommand, ShardOrder } from './command.js';
import { Dispatcher } from './dispatcher.js';
import type { SchedulerEvent, UnitEvent } from './event.js';
import { type Graph, graphOf } from './graph.js';
import type { Json } from './json.js';
import { type MapProgress, mapItems, readItemList } from './map-progress.js';
import { NeedDecisions } from './need-decisions.js';
import type { AuditEntry, Order, Signature } from './order.js';
import { type Plan, taskAt } from './plan.js';
import { FailureType } from './protocol.js';
import type { RunOutcome } from './run-outcome.js';
import { needsOf, runOutputs } from './run-values.js';
import type { RunProgress, RunStage, SchedulerState } from './scheduler-state.js';
import { restoreUnits, saveRun } from './scheduler-state.js';
import { orderTarget } from './steering.js';
import { isFailure, type TaskOrchestrator, type TimerKind } from './task-orchestrator.js';
import type { SettledState, TaskState } from './task-state.js';
import { Undoing } from './undoing.js';
import type { UnitRef } from './unit-ref.js';
import { Units } from './units.js';
import { type WaitEnd, Waits } from './waits.js';

/**
 * Decides what a run does next: events in, commands out. It is pure (no clock, no I/O, nothing of Temporal) and the
 * same events give the same commands, which is what makes it replayable. An event costs amortised O(1) for each
 * task and edge that it decides; none scans all tasks, but for those that stop a run or begin its compensation.
 */
export class Scheduler {
  readonly plan: Plan;
  readonly graph: Graph;
  readonly #units: Units;
  readonly #needs: NeedDecisions;
  readonly #dispatcher: Dispatcher;
  readonly #waits: Waits;
  readonly #undoing: Undoing;
  readonly #audit: AuditTrail;
  readonly #progress: RunProgress;
  #commands: SchedulerCommand[] = [];
  /** Settled, and their dependents have not been told. */
  readonly #untold: TaskOrchestrator[] = [];
  /** What a failure demands of the rest of the run, once its dependents have been told. */
  #closing: { readonly cause: Cause; readonly running: 'cancelRunning' | 'letRun' } | undefined;
  /** Without the node that runs at the end. */
  #unsettled: number;
  #outcome: RunOutcome | undefined;

  /** @param state of a run that goes on; the first event is `runContinued` then, and else `runStarted` */
  constructor(plan: Plan, state?: SchedulerState) {
    this.plan = plan;
    this.graph = graphOf(plan);
    this.#units = new Units(plan);
    this.#needs = new NeedDecisions(this.#units, this.graph);
    this.#dispatcher = new Dispatcher(this.#units, this.graph);
    this.#waits = new Waits(this.#units, this.#dispatcher, state?.kept);
    this.#undoing = new Undoing(this.#units, this.graph, this.#dispatcher);
    this.#audit = new AuditTrail(state?.audit);
    this.#unsettled = plan.tasks.length - (plan.finish === undefined ? 0 : 1);
    const { isPaused = false, ...progress } = state?.progress ?? BEGINNING;
    this.#progress = { ...progress };
    this.#dispatcher.isPaused = isPaused;
    if (state !== undefined) this.#restore(state);
  }

  get tasks(): readonly TaskOrchestrator[] {
    return this.#units.tasks;
  }

  /** Tasks of the plan in each state. */
  get counts(): Readonly<Record<TaskState, number>> {
    return this.#units.counts;
  }

  /** How the run ended; undefined while it goes on. */
  get outcome(): RunOutcome | undefined {
    return this.#outcome;
  }

  /** What the run is when its tasks and what undoes them have ended; `onFinish` is told. */
  get finalOutcome(): RunOutcome {
    return this.#progress.undoFailures > 0 ? 'failed' : (this.#progress.tasksOutcome ?? 'completed');
  }

  /** How many tasks are settled. */
  get settledCount(): number {
    const { finish } = this.plan;
    const isFinishOpen = finish !== undefined && !this.#units.task(finish).isSettled;
    return this.plan.tasks.length - this.#unsettled - (isFinishOpen ? 1 : 0);
  }

  /** Activities and child workflows that run now. */
  get inFlight(): number {
    return this.#dispatcher.inFlight;
  }

  get isPaused(): boolean {
    return this.#dispatcher.isPaused;
  }

  get stage(): RunStage {
    return this.#progress.stage;
  }

  /** Whether a failure or a request to cancel lets nothing new start. */
  get isClosed(): boolean {
    return this.#progress.closed !== undefined;
  }

  /** The orders that were given, with those that failed after they had been accepted. */
  get audit(): readonly AuditEntry[] {
    return this.#audit.entries;
  }

  /** A map's items, once they are known. */
  map(task: number): MapProgress | undefined {
    return this.#units.maps.get(task);
  }

  /** The units that run a map: its items, or shards of them. */
  partsOf(task: number): readonly TaskOrchestrator[] {
    return this.map(task)?.parts ?? [];
  }

  /** Whether a unit is a part of a map that is split over child workflows. */
  isShard(ref: UnitRef): boolean {
    return this.#units.isShard(ref);
  }

  /** The compensation or `destroy` of a task, once it is due. */
  undoOf(task: number): TaskOrchestrator | undefined {
    return this.#units.undos.get(task);
  }

  undos(): readonly TaskOrchestrator[] {
    return [...this.#units.undos.values()];
  }

  unit(ref: UnitRef): TaskOrchestrator {
    return this.#units.unit(ref);
  }

  /** What people call a unit. */
  idOf(ref: UnitRef): string {
    return this.#units.idOf(ref);
  }

  indexOf(id: string): number | undefined {
    return this.#units.indexOf(id);
  }

  /** Whether a decision or value came before its node waits for it. */
  hasKept(task: number): boolean {
    return this.#waits.hasKept(task);
  }

  apply(event: SchedulerEvent): readonly SchedulerCommand[] {
    const { at } = event;
    this.#handle(event);
    do {
      do this.#conclude(at);
      while (this.#beginWaits(at));
      this.#dispatcher.dispatchReady(at, this.#commands);
    } while (this.#advanceStage());
    const commands = this.#commands;
    this.#commands = [];
    return commands;
  }

  /** What a task gets of its needs, under the names it gave them: outputs, or results where it runs whatever they did. */
  needsOf(index: number): Record<string, Json> {
    return needsOf(this.#units, index);
  }

  /** The run's result: what the definition returned, by name. */
  outputs(): Record<string, Json> {
    return runOutputs(this.#units);
  }

  /**
   * All of it, to go on elsewhere; to be asked when nothing is in flight.
   *
   * @param startedAt from which the times are counted, in milliseconds since the epoch
   */
  save(startedAt = 0): SchedulerState {
    return {
      ...saveRun(this.#units, startedAt),
      progress: { ...this.#progress, ...(this.isPaused && { isPaused: true }) },
      blamed: this.#needs.saveBlamed(),
      kept: this.#waits.save(),
      audit: this.audit,
    };
  }

  #handle(event: SchedulerEvent): void {
    switch (event.kind) {
      case 'runStarted':
        for (const task of this.tasks) if (this.#isRoot(task)) this.#trigger(task);
        break;
      case 'runContinued':
        this.#continue(event.at);
        break;
      case 'runCancelRequested':
        this.#dispatcher.isPaused = false;
        if (this.stage === 'tasks') this.#close(event.at, { kind: 'runCancelled' }, 'cancelRunning');
        break;
      case 'drainStarted':
        this.#dispatcher.isDraining = true;
        break;
      case 'drainEnded':
        this.#dispatcher.isDraining = false;
        break;
      case 'ordered':
        this.#audit.record(event.order, event.by, event.at);
        this.#carryOut(event.order, event.by, event.at);
        break;
      case 'orderFailed':
        this.#audit.record(event.order, event.by, event.at, event.message);
        break;
      case 'toldByRun':
        if (event.told === 'stop') this.#close(event.at, { kind: 'stopped', root: this.tasks.length - 1 }, 'letRun');
        else this.#dispatcher.isPaused = event.told === 'pause';
        break;
      case 'orderNoted':
        this.#audit.note(event.entry);
        break;
      default:
        this.#report(this.unit(event), event);
    }
  }

  #report(unit: TaskOrchestrator, event: UnitEvent & { readonly at: number }): void {
    if (!unit.isCurrent(event)) return;
    const { at } = event;
    if (event.kind === 'timerElapsed') {
      this.#timerElapsed(unit, at);
      return;
    }
    this.#dispatcher.leaveFlight(unit);
    unit.land(event.attempts);
    switch (event.kind) {
      case 'taskSucceeded':
        unit.cached = event.cached;
        this.#stepDone(unit, at, event.output);
        break;
      case 'taskSkipped':
        this.#settle(unit, at, 'skipped', { kind: 'condition' });
        break;
      case 'taskFailed':
        this.#fail(unit, at, event.error);
        break;
      case 'taskCancelled':
        this.#fail(unit, at, CANCELLED_UNASKED);
        break;
      case 'taskUnserved': {
        const stopped = this.#stopOf(unit);
        if (stopped === undefined) this.#waitForWorker(unit, at, event.reason);
        else this.#settle(unit, at, 'cancelled', stopped);
        break;
      }
    }
  }

  #stepDone(unit: TaskOrchestrator, at: number, output: Json | undefined): void {
    if (unit.step === 'over') {
      this.#expand(unit, at, output);
      return;
    }
    let goesOn = false;
    this.#units.change(unit, () => {
      goesOn = unit.nextStep(output);
    });
    const stopped = this.#stopOf(unit);
    if (!goesOn) this.#settle(unit, at, 'succeeded', undefined, output);
    else if (stopped === undefined) this.#dispatcher.admit(unit);
    else this.#settle(unit, at, 'cancelled', stopped);
  }

  #timerElapsed(unit: TaskOrchestrator, at: number): void {
    const { timer, cause } = unit;
    unit.endTimer();
    switch (timer) {
      case 'backoff':
        this.#dispatcher.admit(unit);
        break;
      case 'hold':
        this.#settle(unit, at, 'failed', cause);
        break;
      case 'wait':
        this.#endWait(unit, at, this.#waits.elapse(unit));
        break;
    }
  }

  #endWait(unit: TaskOrchestrator, at: number, end: WaitEnd): void {
    switch (end.kind) {
      case 'elapsed':
        this.#settle(unit, at, 'succeeded');
        break;
      case 'taken':
        this.#settle(unit, at, 'succeeded', undefined, end.output);
        break;
      case 'skipped':
        this.#settle(unit, at, 'skipped', { kind: 'timeout' });
        break;
      case 'timedOut':
        this.#fail(unit, at, { type: FailureType.waitTimeout, message: 'nothing came within its timeout' });
        break;
      case 'rejected':
        // A person has decided it: it is not held.
        this.#settle(unit, at, 'failed', error(FailureType.rejected, end.message));
        break;
    }
  }

  #waitForWorker(unit: TaskOrchestrator, at: number, reason: string): void {
    let delay = 0;
    this.#units.change(unit, () => {
      delay = unit.waitForWorker(at, reason);
    });
    this.#startTimer(unit, 'backoff', delay);
  }

  #fail(unit: TaskOrchestrator, at: number, error: TaskError): void {
    if (unit.cancelRequest !== undefined) this.#settle(unit, at, 'cancelled', unit.cancelRequest);
    else if (this.#isHeldOnFailure(unit)) this.#hold(unit, at, error);
    else this.#settle(unit, at, 'failed', { kind: 'error', error });
  }

  #isHeldOnFailure(unit: TaskOrchestrator): boolean {
    if (this.plan.onFailure !== 'hold' || this.isClosed || unit.ref.undo || unit.allowsFailure) return false;
    const map = this.#units.mapOf(unit);
    return map === undefined || !(map.tolerates(unit) || this.#units.task(unit.index).allowsFailure);
  }

  #hold(unit: TaskOrchestrator, at: number, error: TaskError): void {
    const { holdTimeout } = this.plan;
    this.#units.change(unit, () => unit.hold(error, holdTimeout === undefined ? undefined : at + holdTimeout));
    if (holdTimeout !== undefined) this.#startTimer(unit, 'hold', holdTimeout);
  }

  /** Ends a unit, whatever it is doing: what runs for it is cancelled and forgotten. */
  #settle(unit: TaskOrchestrator, at: number, state: SettledState, cause?: Cause, output?: Json): void {
    this.#stopWhatRuns(unit);
    // A shard's output, of the run that this is a rerun of, stays: it says which of its items need not run again.
    if (state === 'succeeded' || !this.isShard(unit.ref)) unit.output = output;
    if (state === 'failed' || cause?.kind === 'operator') unit.isFailureAllowed = unit.allowsFailure;
    this.#units.change(unit, () => unit.settle(state, at, cause));
    if (unit.ref.undo) this.#progress.undoFailures += this.#undoing.settled(unit) ? 1 : 0;
    else if (unit.ref.part !== undefined) this.#partSettled(unit, at);
    else if (unit.index !== this.plan.finish) this.#taskSettled(unit, at);
  }

  #stopWhatRuns(unit: TaskOrchestrator): void {
    const { ref, dispatchCount: dispatch } = unit;
    if (unit.timer !== undefined) this.#commands.push({ kind: 'cancelTimer', ...ref, dispatch });
    if (!unit.isInFlight) return;
    this.#dispatcher.leaveFlight(unit);
    unit.abandon();
    this.#commands.push({ kind: 'cancelTask', ...ref, dispatch });
  }

  #taskSettled(task: TaskOrchestrator, at: number): void {
    const { index, state, cause } = task;
    this.#unsettled--;
    if (cause?.kind === 'runCancelled') this.#progress.cancelTookEffect = true;
    for (const part of this.partsOf(index)) {
      if (!part.isSettled) this.#settle(part, at, 'cancelled', { kind: 'mapSettled' });
    }
    this.#dispatcher.settle(index);
    this.#untold.push(task);
    this.#undoing.taskSettled(task);
    if (!isFailure(task) || task.isFailureAllowed) return;
    this.#progress.fatalFailures++;
    if (state === 'failed') this.#followPolicy(index);
  }

  /** What a failure that counts does to the others. */
  #followPolicy(root: number): void {
    const { onFailure } = this.plan;
    if (onFailure === 'stop') this.#closing = { cause: { kind: 'stopped', root }, running: 'letRun' };
    if (onFailure === 'cancel') this.#closing = { cause: { kind: 'stopped', root }, running: 'cancelRunning' };
  }

  /** Everything that an end makes possible or impossible is known at once. */
  #conclude(at: number): void {
    this.#tellDependents(at);
    while (this.#closing !== undefined) {
      const { cause, running } = this.#closing;
      this.#closing = undefined;
      this.#close(at, cause, running);
      this.#tellDependents(at);
    }
  }

  /** Lets the dependents of settled tasks decide, and theirs in turn where that settles them. */
  #tellDependents(at: number): void {
    for (let settled = this.#untold.pop(); settled !== undefined; settled = this.#untold.pop()) {
      this.#needs.tell(settled, (dependent) => this.#decide(dependent, at));
    }
  }

  #decide(task: TaskOrchestrator, at: number): void {
    const decision = this.#needs.decide(task);
    switch (decision.kind) {
      case 'wait':
        break;
      case 'run':
        this.#trigger(task);
        break;
      case 'skip':
        this.#settle(task, at, 'skipped', decision.cause);
        break;
      case 'upstream_fail':
        task.isFailureAllowed = decision.isAllowed;
        this.#settle(task, at, 'upstream_failed', decision.cause);
        break;
    }
  }

  #isRoot({ index }: TaskOrchestrator): boolean {
    return taskAt(this.plan, index).needs.length === 0 && index !== this.plan.finish;
  }

  #trigger(task: TaskOrchestrator): void {
    task.trigger();
    this.#dispatcher.admit(task);
  }

  /** Starts nothing new from here on. Scans all tasks, so it returns at once where it could change nothing. */
  #close(at: number, cause: Cause, running: 'cancelRunning' | 'letRun'): void {
    const { closed, runningAreCancelled } = this.#progress;
    if (closed !== undefined && (running === 'letRun' || runningAreCancelled)) return;
    this.#progress.closed ??= cause;
    if (running === 'cancelRunning') this.#progress.runningAreCancelled = true;
    for (const task of this.tasks) if (task.index !== this.plan.finish) this.#stop(task, at, cause, running);
  }

  #stop(unit: TaskOrchestrator, at: number, cause: Cause, running: 'cancelRunning' | 'letRun'): void {
    if (unit.isSettled) return;
    if (unit.state !== 'running') {
      this.#settle(unit, at, 'cancelled', cause);
      return;
    }
    if (running === 'cancelRunning') {
      unit.requestCancel(cause);
      if (unit.isInFlight) this.#commands.push({ kind: 'cancelTask', ...unit.ref, dispatch: unit.dispatchCount });
    }
    if (running === 'letRun' && this.isShard(unit.ref)) this.#tellShard(unit, 'stop');
    if (unit.ref.part !== undefined) return;
    for (const part of this.partsOf(unit.index)) this.#stop(part, at, partCause(cause), running);
  }

  #tellShard({ ref, isInFlight, dispatchCount: dispatch }: TaskOrchestrator, told: ShardOrder): void {
    if (isInFlight) this.#commands.push({ kind: 'tellShard', ...ref, dispatch, told });
  }

  /** Why a unit must not go on to anything new. Nothing stops what undoes. */
  #stopOf(unit: TaskOrchestrator): Cause | undefined {
    if (unit.ref.undo || unit.index === this.plan.finish) return undefined;
    return unit.cancelRequest ?? this.#progress.closed;
  }

  #expand(unit: TaskOrchestrator, at: number, output: Json | undefined): void {
    const items = readItemList(output);
    if (items === undefined) {
      this.#fail(unit, at, { type: FailureType.invalidOutput, message: 'over: it is not an array of items' });
      return;
    }
    const map = this.#units.addMap(unit.index, mapItems(items, taskAt(this.plan, unit.index).map ?? {}));
    const stopped = this.#stopOf(unit);
    if (map.parts.length === 0) this.#settle(unit, at, 'succeeded', undefined, []);
    else if (stopped === undefined) this.#dispatcher.admitParts(map);
    else for (const part of map.parts) this.#settle(part, at, 'cancelled', partCause(stopped));
  }

  #partSettled(part: TaskOrchestrator, at: number): void {
    const task = this.#units.task(part.index);
    const map = this.#units.mapOf(part);
    if (part.cause?.kind === 'runCancelled') this.#progress.cancelTookEffect = true;
    if (task.isSettled || map === undefined) return;
    map.settle(part);
    // A shard that was cancelled tells so in its report, and has succeeded.
    const isRunCancelled = this.#progress.closed?.kind === 'runCancelled';
    if (isRunCancelled && map.cancelled?.kind === 'runCancelled') this.#progress.cancelTookEffect = true;
    if (map.hasPassedTolerance && !task.allowsFailure) this.#followPolicy(part.index);
    if (map.isSettled) this.#settleMap(task, map, at);
  }

  #settleMap(task: TaskOrchestrator, map: MapProgress, at: number): void {
    if (map.hasPassedTolerance) {
      const error = map.failure((part) => this.idOf({ task: task.index, part }));
      this.#settle(task, at, 'failed', { kind: 'error', error });
    } else if (map.cancelled !== undefined) {
      this.#settle(task, at, 'cancelled', this.#stopOf(task) ?? map.cancelled);
    } else {
      this.#settle(task, at, 'succeeded', undefined, map.outputs());
    }
  }

  /** Returns whether something began to wait, and so may have ended with what was kept for it. */
  #beginWaits(at: number): boolean {
    const begun = this.#waits.begin(at);
    for (const { unit, kept } of begun) {
      if (kept !== undefined) this.#endWait(unit, at, kept);
      else if (unit.until !== undefined) this.#startTimer(unit, 'wait', Math.max(0, unit.until - at));
    }
    return begun.length > 0;
  }

  #startTimer({ ref, dispatchCount: dispatch }: TaskOrchestrator, timer: TimerKind, delay: number): void {
    this.#commands.push({ kind: 'startTimer', ...ref, dispatch, timer, delay });
  }

  /** Tasks, then compensations, then `onFinish`, then the end. Returns whether there may be something to dispatch. */
  #advanceStage(): boolean {
    const progress = this.#progress;
    if (this.#unsettled > 0 || progress.stage === 'ended') return false;
    if (progress.stage === 'tasks') {
      progress.tasksOutcome = this.#decideTasksOutcome();
      progress.stage = 'compensating';
      this.#undoing.compensate(progress.tasksOutcome);
      return true;
    }
    if (this.#undoing.isOpen) return false;
    const finish = this.plan.finish === undefined ? undefined : this.#units.task(this.plan.finish);
    if (progress.stage === 'compensating' && finish !== undefined) {
      progress.stage = 'finishing';
      this.#trigger(finish);
      return true;
    }
    if (finish?.isSettled === false) return false;
    progress.stage = 'ended';
    this.#outcome = this.finalOutcome;
    this.#commands.push({ kind: 'endRun', outcome: this.#outcome });
    return false;
  }

  /** A request to cancel that came too late to stop anything leaves the run what it is. */
  #decideTasksOutcome(): RunOutcome {
    if (this.#progress.cancelTookEffect) return 'cancelled';
    return this.#progress.fatalFailures > 0 ? 'failed' : 'completed';
  }

  /** The order was found possible before, see `refuseOrder`. */
  #carryOut(order: Order, by: Signature, at: number): void {
    if (!('task' in order)) {
      this.#dispatcher.isPaused = order.verb === 'pause';
      for (const unit of this.#units.shards()) this.#tellShard(unit, order.verb);
      return;
    }
    const target = orderTarget(this, order.task);
    if (target.kind === 'unit') carryOutOrder(order, by, at, target.unit, this.#actionsAt(at));
  }

  #actionsAt(at: number): UnitActions {
    return {
      decide: (unit, decision) => {
        if (unit.isWaiting) this.#endWait(unit, at, decision);
        else this.#waits.keep(unit.index, decision);
      },
      retry: (unit) => {
        this.#stopWhatRuns(unit);
        this.#units.change(unit, () => unit.retry());
        this.#dispatcher.admit(unit);
      },
      skip: (unit, cause) => this.#settle(unit, at, 'skipped', cause),
      succeed: (unit, output) => this.#settle(unit, at, 'succeeded', undefined, output),
      fail: (unit, error) => this.#settle(unit, at, 'failed', { kind: 'error', error }),
      cancel: (unit, cause) => this.#stop(unit, at, cause, 'cancelRunning'),
    };
  }

  #restore(state: SchedulerState): void {
    restoreUnits(this.#units, state);
    for (const task of this.tasks) {
      if (!task.isSettled || task.index === this.plan.finish) continue;
      this.#unsettled--;
      this.#dispatcher.settle(task.index);
      this.#needs.tell(task, () => {});
    }
    this.#needs.restoreBlamed(state.blamed ?? {});
    this.#undoing.restore(this.stage === 'compensating');
  }

  /** What waited goes on to wait, what is ready is dispatched, and what was pending is decided: in a rerun its needs may have ended before. */
  #continue(at: number): void {
    for (const task of this.tasks) {
      if (!task.isUndecided || task.index === this.plan.finish) this.#continueUnit(task, at);
      else if (this.#isRoot(task)) this.#trigger(task);
      else this.#decide(task, at);
    }
    for (const [task, map] of this.#units.maps) {
      for (const part of map.parts) if (part.timer !== undefined) this.#continueUnit(part, at);
      if (!this.#units.task(task).isSettled) this.#dispatcher.admitParts(map);
    }
    for (const unit of this.#units.undos.values()) this.#continueUnit(unit, at);
  }

  #continueUnit(unit: TaskOrchestrator, at: number): void {
    const { timer, until } = unit;
    if (timer !== undefined && until !== undefined) this.#startTimer(unit, timer, Math.max(0, until - at));
    else this.#dispatcher.admit(unit);
  }
}

const BEGINNING: RunProgress = { stage: 'tasks', fatalFailures: 0, undoFailures: 0 };

/** A driver reports a task cancelled though nobody asked for it: its handler threw a cancellation of its own. */
const CANCELLED_UNASKED: TaskError = {
  type: 'CancelledFailure',
  message: 'the handler ended with a cancellation that nobody had asked for',
};

/** Of a map's items, when the map is stopped: an operator's order was about the map, and they don't count as failed for it. */
function partCause(cause: Cause): Cause {
  return cause.kind === 'operator' ? { kind: 'mapSettled' } : cause;
}

function error(type: string, message: string): Cause {
  return { kind: 'error', error: { type, message } };
}
