import type { Cause, TaskError } from './cause.js';
import type { SchedulerCommand } from './command.js';
import type { SchedulerEvent, TaskEvent } from './event.js';
import { type Graph, graphOf, visitDependents } from './graph.js';
import type { Json } from './json.js';
import { needForm, needMode, needName, type Plan, taskAt } from './plan.js';
import { ReadyQueue } from './ready-queue.js';
import type { RunOutcome } from './run-outcome.js';
import { TaskOrchestrator } from './task-orchestrator.js';
import { taskResult } from './task-result.js';
import { TASK_STATES, type TaskState } from './task-state.js';
import { NeedTally } from './trigger-rule.js';
import { WaveBarrier } from './wave-barrier.js';

/**
 * Decides what a run does next: events in, commands out. It is pure (no clock, no I/O, nothing of Temporal) and the
 * same events give the same commands, which is what makes it replayable. An event costs amortised O(1) for each
 * task and edge that it decides; none scans all tasks, but for the one that stops a run.
 */
export class Scheduler {
  readonly plan: Plan;
  readonly graph: Graph;
  readonly tasks: readonly TaskOrchestrator[];
  readonly counts: Readonly<Record<TaskState, number>>;
  readonly #counts: Record<TaskState, number>;
  readonly #ready = new ReadyQueue();
  readonly #barrier: WaveBarrier | undefined;
  #commands: SchedulerCommand[] = [];
  #inFlight = 0;
  #unsettled: number;
  #fatalFailures = 0;
  /** Why nothing new may start, once that is so. */
  #closed: Cause | undefined;
  #runningAreCancelled = false;
  #cancelTookEffect = false;
  #outcome: RunOutcome | undefined;

  constructor(plan: Plan) {
    this.plan = plan;
    this.graph = graphOf(plan);
    this.tasks = plan.tasks.map((task, index) => {
      const tally = new NeedTally(task.trigger ?? 'all_success', task.needs.length);
      return new TaskOrchestrator(index, tally, task.allowFailure);
    });
    this.#counts = Object.fromEntries(TASK_STATES.map((state) => [state, 0])) as Record<TaskState, number>; // every state is a key
    this.#counts.pending = plan.tasks.length;
    this.counts = this.#counts;
    this.#unsettled = plan.tasks.length;
    this.#barrier = plan.scheduling === 'waves' ? new WaveBarrier(this.graph) : undefined;
  }

  /** How the run ended; undefined while it goes on. */
  get outcome(): RunOutcome | undefined {
    return this.#outcome;
  }

  /** How many tasks are settled. */
  get settledCount(): number {
    return this.plan.tasks.length - this.#unsettled;
  }

  apply(event: SchedulerEvent): readonly SchedulerCommand[] {
    switch (event.kind) {
      case 'runStarted':
        for (const task of this.tasks) if (taskAt(this.plan, task.index).needs.length === 0) this.#trigger(task);
        break;
      case 'runCancelRequested':
        this.#close(event.at, { kind: 'runCancelled' }, 'cancelRunning');
        break;
      default:
        this.#applyToTask(this.#orchestrator(event.task), event);
    }
    this.#dispatchReady(event.at);
    this.#endIfSettled();
    const commands = this.#commands;
    this.#commands = [];
    return commands;
  }

  /** What a task gets of its needs, under the names it gave them: outputs, or results where it runs whatever they did. */
  needsOf(index: number): Record<string, Json> {
    const task = taskAt(this.plan, index);
    const needs: Record<string, Json> = {};
    task.needs.forEach((need, position) => {
      const orchestrator = this.#orchestrator(need);
      const value = needForm(task, position) === 'result' ? taskResult(orchestrator) : orchestrator.output;
      if (value !== undefined) needs[needName(this.plan, task, position)] = value;
    });
    return needs;
  }

  /** The run's result: what the definition returned, by name. */
  outputs(): Record<string, Json> {
    const outputs: Record<string, Json> = {};
    for (const [name, index] of Object.entries(this.plan.outputs)) {
      const output = this.#orchestrator(index).output;
      if (output !== undefined) outputs[name] = output;
    }
    return outputs;
  }

  #applyToTask(task: TaskOrchestrator, event: TaskEvent & { at: number }): void {
    if (!task.isCurrent(event)) return;
    switch (event.kind) {
      case 'taskSucceeded':
        this.#settle(task, () => task.succeed(event.at, event.output, event.attempts));
        this.#propagate(task, event.at);
        break;
      case 'taskSkipped':
        this.#settle(task, () => task.skip(event.at, event.attempts));
        this.#propagate(task, event.at);
        break;
      case 'taskFailed':
        this.#fail(task, event.at, event.error, event.attempts);
        break;
      case 'taskCancelled':
        this.#fail(task, event.at, CANCELLED_UNASKED, event.attempts);
        break;
      case 'taskUnserved': {
        let delay = 0;
        this.#change(task, () => {
          delay = task.waitForWorker(event.reason, event.attempts);
        });
        this.#inFlight--;
        const stopped = task.cancelRequest ?? this.#closed;
        if (stopped !== undefined) this.#giveUp(task, event.at, 'cancelled', stopped);
        else this.#commands.push({ kind: 'startBackoff', task: task.index, dispatch: event.dispatch, delay });
        break;
      }
      case 'backoffElapsed':
        task.endBackoff();
        this.#admitIfReady(task);
        break;
    }
  }

  #fail(task: TaskOrchestrator, at: number, error: TaskError, attempts: number): void {
    let isFailure = false;
    this.#settle(task, () => {
      isFailure = task.fail(at, error, attempts);
    });
    if (isFailure && !task.isFailureAllowed) this.#fatalFailures++;
    this.#propagate(task, at);
    const policy = this.plan.onFailure;
    if (!isFailure || task.isFailureAllowed || policy === 'continue') return;
    this.#close(at, { kind: 'stopped', root: task.index }, policy === 'cancel' ? 'cancelRunning' : 'letRun');
  }

  /**
   * Lets the dependents of a settled task decide, and theirs in turn where that settles them: everything that an end makes possible or
   * impossible is known at once. Each edge is visited once in a run.
   */
  #propagate(settled: TaskOrchestrator, at: number): void {
    const queue = [settled];
    for (let origin = queue.pop(); origin !== undefined; origin = queue.pop()) {
      const { index: from, needOutcome } = origin;
      visitDependents(this.graph, from, (dependent, position) => {
        const task = this.#orchestrator(dependent);
        if (!task.isUndecided) return;
        task.needs.add(from, needMode(taskAt(this.plan, dependent), position), needOutcome);
        if (this.#decide(task, at)) queue.push(task);
      });
    }
  }

  /** Returns whether the decision settled the task. */
  #decide(task: TaskOrchestrator, at: number): boolean {
    switch (task.needs.decide()) {
      case 'wait':
        return false;
      case 'run':
        this.#trigger(task);
        return false;
      case 'skip':
        this.#giveUp(task, at, 'skipped', this.#skipCause(task));
        return true;
      case 'upstream_fail': {
        const from = task.needs.firstFailed ?? task.index;
        const blamed = this.#orchestrator(from);
        task.isFailureAllowed = blamed.isFailureAllowed;
        const root = blamed.cause?.kind === 'upstream' ? blamed.cause.root : from;
        this.#giveUp(task, at, 'upstream_failed', { kind: 'upstream', root, from });
        return true;
      }
    }
  }

  #skipCause(task: TaskOrchestrator): Cause {
    const from = task.needs.firstSkipped;
    if (from === undefined) return { kind: 'trigger', rule: taskAt(this.plan, task.index).trigger ?? 'all_success' };
    const skipped = this.#orchestrator(from).cause;
    return { kind: 'upstreamSkipped', root: skipped?.kind === 'upstreamSkipped' ? skipped.root : from, from };
  }

  #trigger(task: TaskOrchestrator): void {
    task.trigger();
    this.#admitIfReady(task);
  }

  /** Starts nothing new from here on. Scans all tasks, so it returns at once where it could change nothing. */
  #close(at: number, cause: Cause, running: 'cancelRunning' | 'letRun'): void {
    if (this.#closed !== undefined && (running === 'letRun' || this.#runningAreCancelled)) return;
    this.#closed ??= cause;
    this.#runningAreCancelled = running === 'cancelRunning';
    for (const task of this.tasks) {
      if (task.state === 'waiting' && task.isBackingOff) {
        this.#commands.push({ kind: 'cancelBackoff', task: task.index, dispatch: task.dispatchCount });
      }
      if (task.state === 'pending' || task.state === 'waiting') this.#giveUp(task, at, 'cancelled', cause);
      if (task.state === 'running' && this.#runningAreCancelled) {
        task.requestCancel(cause);
        this.#commands.push({ kind: 'cancelTask', task: task.index, dispatch: task.dispatchCount });
      }
    }
  }

  #giveUp(task: TaskOrchestrator, at: number, state: 'upstream_failed' | 'skipped' | 'cancelled', cause: Cause): void {
    this.#settle(task, () => task.giveUp(at, state, cause));
  }

  #admitIfReady(task: TaskOrchestrator): void {
    if (task.isReady && (this.#barrier?.admits(task.index) ?? true)) this.#ready.push(task.index);
  }

  #dispatchReady(at: number): void {
    while (this.#inFlight < this.plan.maxConcurrentTasks) {
      const index = this.#ready.shift();
      if (index === undefined) return;
      const task = this.#orchestrator(index);
      if (!task.isReady) continue;
      this.#inFlight++;
      this.#change(task, () => {
        this.#commands.push({ kind: 'startTask', task: index, ...task.dispatch(at) });
      });
    }
  }

  #settle(task: TaskOrchestrator, transition: () => void): void {
    if (task.state === 'running') this.#inFlight--;
    this.#change(task, transition);
    this.#unsettled--;
    if (task.cause?.kind === 'runCancelled') this.#cancelTookEffect = true;
    for (const released of this.#barrier?.settle(task.index) ?? []) this.#ready.push(released);
  }

  #change(task: TaskOrchestrator, transition: () => void): void {
    this.#counts[task.state]--;
    transition();
    this.#counts[task.state]++;
  }

  #endIfSettled(): void {
    if (this.#unsettled > 0 || this.#outcome !== undefined) return;
    this.#outcome = this.#decideOutcome();
    this.#commands.push({ kind: 'endRun', outcome: this.#outcome });
  }

  /** A request to cancel that came too late to stop anything leaves the run what it is. */
  #decideOutcome(): RunOutcome {
    if (this.#cancelTookEffect) return 'cancelled';
    return this.#fatalFailures > 0 ? 'failed' : 'completed';
  }

  #orchestrator(index: number): TaskOrchestrator {
    const task = this.tasks[index];
    if (task === undefined) throw new RangeError(`no task ${index} in the plan of ${this.plan.workflow}`);
    return task;
  }
}

/** A driver reports a task cancelled though nobody asked for it: its handler threw a cancellation of its own. */
const CANCELLED_UNASKED: TaskError = {
  type: 'CancelledFailure',
  message: 'the handler ended with a cancellation that nobody had asked for',
};
