import type { Cause, TaskError } from './cause.js';
import type { SchedulerCommand } from './command.js';
import type { SchedulerEvent, TaskEvent } from './event.js';
import { dependentsOf, type Graph, graphOf } from './graph.js';
import type { Json } from './json.js';
import { needName, type Plan, taskAt } from './plan.js';
import { ReadyQueue } from './ready-queue.js';
import type { RunOutcome } from './run-outcome.js';
import { TaskOrchestrator } from './task-orchestrator.js';
import { TASK_STATES, type TaskState } from './task-state.js';
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
  /** Why nothing new may start, once that is so. */
  #closed: Cause | undefined;
  #runningAreCancelled = false;
  #cancelTookEffect = false;
  #outcome: RunOutcome | undefined;

  constructor(plan: Plan) {
    this.plan = plan;
    this.graph = graphOf(plan);
    this.tasks = plan.tasks.map((task, index) => new TaskOrchestrator(index, task.needs.length));
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
        for (const task of this.tasks) this.#admitIfReady(task);
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

  /** The outputs of a task's needs under the names it gave them: its input. */
  needsOf(index: number): Record<string, Json> {
    const task = taskAt(this.plan, index);
    const needs: Record<string, Json> = {};
    task.needs.forEach((need, position) => {
      const output = this.#orchestrator(need).output;
      if (output !== undefined) needs[needName(this.plan, task, position)] = output;
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
        for (const dependent of dependentsOf(this.graph, task.index)) {
          const orchestrator = this.#orchestrator(dependent);
          orchestrator.countDownNeed();
          this.#admitIfReady(orchestrator);
        }
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
        if (this.#closed !== undefined) this.#giveUp(task, event.at, 'cancelled', this.#closed);
        else this.#commands.push({ kind: 'startBackoff', task: task.index, dispatch: event.dispatch, delay });
        break;
      }
      case 'backoffElapsed':
        if (task.state === 'waiting') this.#admitIfReady(task);
        break;
    }
  }

  #fail(task: TaskOrchestrator, at: number, error: TaskError, attempts: number): void {
    let isFailure = false;
    this.#settle(task, () => {
      isFailure = task.fail(at, error, attempts);
    });
    if (!isFailure) return;
    this.#failDownstream(task.index, at);
    const policy = this.plan.onFailure;
    if (policy === 'continue') return;
    this.#close(at, { kind: 'stopped', root: task.index }, policy === 'cancel' ? 'cancelRunning' : 'letRun');
  }

  /** Everything that a failure makes impossible is known at once; each task is visited by one failure only. */
  #failDownstream(root: number, at: number): void {
    const failed = [root];
    for (let from = failed.pop(); from !== undefined; from = failed.pop()) {
      for (const dependent of dependentsOf(this.graph, from)) {
        const task = this.#orchestrator(dependent);
        if (task.state !== 'pending') continue;
        this.#giveUp(task, at, 'upstream_failed', { kind: 'upstream', root, from });
        failed.push(dependent);
      }
    }
  }

  /** Starts nothing new from here on. Scans all tasks, so it returns at once where it could change nothing. */
  #close(at: number, cause: Cause, running: 'cancelRunning' | 'letRun'): void {
    if (this.#closed !== undefined && (running === 'letRun' || this.#runningAreCancelled)) return;
    this.#closed ??= cause;
    this.#runningAreCancelled = running === 'cancelRunning';
    for (const task of this.tasks) {
      if (task.state === 'waiting') {
        this.#commands.push({ kind: 'cancelBackoff', task: task.index, dispatch: task.dispatchCount });
      }
      if (task.state === 'pending' || task.state === 'waiting') this.#giveUp(task, at, 'cancelled', cause);
      if (task.state === 'running' && this.#runningAreCancelled) {
        task.requestCancel(cause);
        this.#commands.push({ kind: 'cancelTask', task: task.index, dispatch: task.dispatchCount });
      }
    }
  }

  #giveUp(task: TaskOrchestrator, at: number, state: 'upstream_failed' | 'cancelled', cause: Cause): void {
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
    return this.#counts.failed > 0 ? 'failed' : 'completed';
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
