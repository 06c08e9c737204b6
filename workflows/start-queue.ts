import { sleep, workflowInfo } from '@temporalio/workflow';
import { childArguments, refuseChild } from '../src/core/child-arguments.js';
import { childStart } from '../src/core/child-start.js';
import type { SchedulerCommand } from '../src/core/command.js';
import type { HistoryBound } from '../src/core/history-bound.js';
import { payloadSize } from '../src/core/payload-size.js';
import type { Scheduler } from '../src/core/scheduler.js';
import { type RunFacts, refuseArgument, type StartTask, taskArgument } from '../src/core/task-argument.js';
import { type DispatchRef, dispatchOf } from '../src/core/unit-ref.js';
import type { ActivityRunner } from './activity-runner.js';
import type { ChildRunner } from './child-runner.js';
import { DispatchBudget } from './dispatch-budget.js';
import { LargeNeeds } from './large-needs.js';
import { refuseStart } from './refuse-start.js';
import type { RunEnd } from './run-end.js';
import type { ValueStore } from './value-store.js';
import { WaitingStarts } from './waiting-starts.js';

type StartChild = Extract<SchedulerCommand, { kind: 'startChild' }>;
type Start = StartTask | StartChild;

/** Is in the way of a start, and calls back when it is gone. */
export type Obstacle = (isGone: () => void) => void;

/** The run whose activities and child workflows are started. */
export interface StartingRun {
  readonly scheduler: Scheduler;
  readonly facts: RunFacts;
  readonly activities: ActivityRunner;
  readonly children: ChildRunner;
  readonly values: ValueStore;
  readonly bound: HistoryBound;
  /** Of this execution. */
  readonly historyBytes: () => number;
  readonly end: RunEnd;
  /** Does what it is given as an event's commands are carried out: what is reported meanwhile comes after it. */
  readonly handle: (first: () => void) => void;
}

/** Starts dispatches in the order in which they are asked for: as many as have room in this workflow task, the rest in later ones. */
export class StartQueue {
  readonly #run: StartingRun;
  readonly #budget = new DispatchBudget();
  readonly #needs: LargeNeeds;
  readonly #waiting = new WaitingStarts<Start, Obstacle>(
    (command) => this.#tryToStart(command),
    (obstacle) => obstacle(() => this.#run.handle(() => this.#waiting.goOn())),
  );

  constructor(run: StartingRun) {
    this.#run = run;
    this.#needs = new LargeNeeds(run.scheduler, run.values, run.historyBytes, run.end.broken);
  }

  start(command: Start): void {
    this.#waiting.start(command);
  }

  /** Returns whether it was waiting still; that it is cancelled is reported then. */
  cancel(dispatch: DispatchRef): boolean {
    if (!this.#waiting.remove(dispatch)) return false;
    const { end, scheduler } = this.#run;
    const { attempts } = scheduler.unit(dispatch);
    end.report({ kind: 'taskCancelled', ...dispatchOf(dispatch), attempts });
    return true;
  }

  /** Returns what is in its way, if it did not start. One that can't be started at all fails, which needs no room. */
  #tryToStart(command: Start): Obstacle | undefined {
    return command.kind === 'startTask' ? this.#tryToStartTask(command) : this.#tryToStartChild(command);
  }

  #tryToStartTask(command: StartTask): Obstacle | undefined {
    const { scheduler, facts, activities, end } = this.#run;
    const argument = this.#needs.shorten(command, taskArgument(scheduler, command, facts));
    const bytes = payloadSize(argument);
    const storing = this.#needs.store(command, argument, bytes);
    if (storing !== undefined) return storing;
    const error = refuseArgument(argument, bytes);
    if (error !== undefined) refuseStart(end, command, error, command.attemptsUsed);
    else if (this.#hasRoomFor(bytes)) activities.start(command, argument);
    else return this.#nextWorkflowTask;
    return undefined;
  }

  #tryToStartChild(command: StartChild): Obstacle | undefined {
    const { scheduler, facts, children, end } = this.#run;
    const start = childStart(scheduler, command);
    const args = childArguments(workflowInfo().workflowId, start, facts);
    const error = refuseChild(args);
    if (error !== undefined) refuseStart(end, command, error, scheduler.unit(command).attempts);
    else if (this.#hasRoomFor(payloadSize(args))) children.start(command, start, args);
    else return this.#nextWorkflowTask;
    return undefined;
  }

  #hasRoomFor(bytes: number): boolean {
    if (!this.#budget.take(bytes)) return false;
    this.#run.bound.add(bytes);
    return true;
  }

  /** The shortest timer ends this workflow task; nothing else does. */
  readonly #nextWorkflowTask: Obstacle = (isGone) => void sleep(1).then(isGone, this.#run.end.broken);
}
