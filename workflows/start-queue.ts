import { ApplicationFailure, sleep, workflowInfo } from '@temporalio/workflow';
import type { TaskError } from '../src/core/cause.js';
import { childArguments, refuseChild } from '../src/core/child-arguments.js';
import { childStart } from '../src/core/child-start.js';
import type { SchedulerCommand } from '../src/core/command.js';
import { payloadSize } from '../src/core/payload-size.js';
import type { Scheduler } from '../src/core/scheduler.js';
import { type RunFacts, refuseArgument, type StartTask, taskArgument } from '../src/core/task-argument.js';
import { type DispatchRef, dispatchKey, dispatchOf } from '../src/core/unit-ref.js';
import type { ActivityRunner } from './activity-runner.js';
import type { ChildRunner } from './child-runner.js';
import { DispatchBudget } from './dispatch-budget.js';
import { LargeNeeds } from './large-needs.js';
import type { RunEnd } from './run-end.js';
import type { ValueStore } from './value-store.js';

type StartChild = Extract<SchedulerCommand, { kind: 'startChild' }>;
type Start = StartTask | StartChild;

/** The run whose activities and child workflows are started. */
export interface StartingRun {
  readonly scheduler: Scheduler;
  readonly facts: RunFacts;
  readonly activities: ActivityRunner;
  readonly children: ChildRunner;
  readonly values: ValueStore;
  readonly end: RunEnd;
  /** Does what it is given as an event's commands are carried out: what is reported meanwhile comes after it. */
  readonly handle: (first: () => void) => void;
}

/** Starts dispatches in the order in which they are asked for: as many as have room in this workflow task, the rest in later ones. */
export class StartQueue {
  readonly #run: StartingRun;
  readonly #budget = new DispatchBudget();
  readonly #needs: LargeNeeds;
  /** Starts that did not fit into this workflow task, or whose needs are being stored, in order. */
  readonly #waiting: Start[] = [];

  constructor(run: StartingRun) {
    this.#run = run;
    this.#needs = new LargeNeeds(run.scheduler, run.values, () => workflowInfo().historySize);
  }

  start(command: Start): void {
    if (this.#waiting.length > 0) {
      this.#waiting.push(command);
      return;
    }
    const obstacle = this.#tryToStart(command);
    if (obstacle === undefined) return;
    this.#waiting.push(command);
    this.#goOnAfter(obstacle);
  }

  /** Returns whether it was waiting still; that it is cancelled is reported then. */
  cancel(dispatch: DispatchRef): boolean {
    const index = this.#waiting.findIndex((start) => dispatchKey(start) === dispatchKey(dispatch));
    if (index === -1) return false;
    const { end, scheduler } = this.#run;
    this.#waiting.splice(index, 1);
    const { attempts } = scheduler.unit(dispatch);
    end.report({ kind: 'taskCancelled', ...dispatchOf(dispatch), attempts });
    return true;
  }

  #goOnAfter(obstacle: Promise<void>): void {
    const { handle, end } = this.#run;
    void obstacle.then(() => handle(() => this.#goOn()), end.broken);
  }

  #goOn(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const obstacle = this.#tryToStart(next);
      if (obstacle !== undefined) {
        this.#goOnAfter(obstacle);
        return;
      }
      this.#waiting.shift();
    }
  }

  /** Returns after what to try it again, if it did not start. One that can't be started at all fails, which needs no room. */
  #tryToStart(command: Start): Promise<void> | undefined {
    return command.kind === 'startTask' ? this.#tryToStartTask(command) : this.#tryToStartChild(command);
  }

  #tryToStartTask(command: StartTask): Promise<void> | undefined {
    const { scheduler, facts, activities } = this.#run;
    const argument = this.#needs.shorten(command, taskArgument(scheduler, command, facts));
    const bytes = payloadSize(argument);
    const storing = this.#needs.store(command, argument, bytes);
    if (storing !== undefined) return storing;
    const error = refuseArgument(argument, bytes);
    if (error !== undefined) this.#refuse(command, error, command.attemptsUsed);
    else if (this.#budget.take(bytes)) activities.start(command, argument);
    else return nextWorkflowTask();
    return undefined;
  }

  #tryToStartChild(command: StartChild): Promise<void> | undefined {
    const { scheduler, facts, children } = this.#run;
    const start = childStart(scheduler, command);
    const args = childArguments(workflowInfo().workflowId, start, facts);
    const error = refuseChild(args);
    if (error !== undefined) this.#refuse(command, error, scheduler.unit(command).attempts);
    else if (this.#budget.take(payloadSize(args))) children.start(command, start, args);
    else return nextWorkflowTask();
    return undefined;
  }

  #refuse(command: DispatchRef, error: TaskError, attempts: number): void {
    const { end } = this.#run;
    const { type, message } = error;
    end.failed(command, ApplicationFailure.create({ type, message, nonRetryable: true }));
    end.report({ kind: 'taskFailed', ...dispatchOf(command), attempts, error });
  }
}

/** The shortest timer ends this workflow task; nothing else does. */
function nextWorkflowTask(): Promise<void> {
  return sleep(1);
}
