import {
  ActivityCancellationType,
  ActivityFailure,
  type ActivityOptions,
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  proxyActivities,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { type ActivityFailureView, reportFailure } from '../src/core/attempt-report.js';
import type { TaskError } from '../src/core/cause.js';
import type { SchedulerCommand } from '../src/core/command.js';
import type { SchedulerEvent } from '../src/core/event.js';
import type { Json } from '../src/core/json.js';
import { payloadSize } from '../src/core/payload-size.js';
import { optionsOf, type Plan, type TaskOptionsPlan, taskAt } from '../src/core/plan.js';
import type { TaskArgument } from '../src/core/protocol.js';
import type { RunOutcome } from '../src/core/run-outcome.js';
import { Scheduler } from '../src/core/scheduler.js';
import { takeSnapshot, type WireSnapshot } from '../src/core/snapshot.js';
import { refuseArgument, taskArgument } from '../src/core/task-argument.js';
import { readReply } from '../src/core/task-reply.js';
import { CurrentDetails } from './current-details.js';
import { DispatchBudget } from './dispatch-budget.js';

type StartTask = Extract<SchedulerCommand, { kind: 'startTask' }>;
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/**
 * Drives the scheduler with Temporal: starts its activities and timers, cancels them, and reports what came of them. It
 * decides nothing.
 */
export class TemporalDriver {
  readonly scheduler: Scheduler;
  readonly #plan: Plan;
  readonly #input: Json | undefined;
  readonly #startedAt = Date.now();
  readonly #budget = new DispatchBudget();
  /** Dispatches that did not fit into this workflow task, in order. */
  readonly #overflow: StartTask[] = [];
  /** Reported and not yet handled. */
  readonly #events: SchedulerEvent[] = [];
  #isBusy = false;
  /** Of what is in flight, by task and dispatch. */
  readonly #scopes = new Map<string, CancellationScope>();
  readonly #backoffs = new Map<number, CancellationScope>();
  /** The error of the first task whose failure counts, as Temporal made it: the cause of the run's failure. */
  firstFailure: Error | undefined;
  #resolve: (outcome: RunOutcome) => void = () => {};
  #reject: (error: unknown) => void = () => {};
  readonly #ended: Promise<RunOutcome>;
  readonly #details: CurrentDetails;

  constructor(plan: Plan, input: Json | undefined) {
    this.scheduler = new Scheduler(plan);
    this.#plan = plan;
    this.#input = input;
    this.#details = new CurrentDetails(this.scheduler);
    this.#ended = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Resolves when every task is settled. A broken invariant rejects, which fails the workflow task and not the run. */
  run(): Promise<RunOutcome> {
    const { cancelRequested } = CancellationScope.current();
    cancelRequested.catch(() => this.#report({ kind: 'runCancelRequested' }));
    // Cancelling the run cancels what the scheduler decides, not every activity at once.
    return CancellationScope.nonCancellable(() => {
      this.#report({ kind: 'runStarted' });
      return this.#ended;
    });
  }

  snapshot(): WireSnapshot {
    return takeSnapshot(this.scheduler, this.#startedAt);
  }

  /** What an event leads to may be another event; that one waits until all commands of the first are carried out. */
  #report(event: DistributiveOmit<SchedulerEvent, 'at'>): void {
    this.#events.push({ ...event, at: Date.now() } as SchedulerEvent); // the same event, with the time that it lacked
    if (!this.#isBusy) this.#handle(() => {});
  }

  /** Carries out what `first` asks for, then handles the events that came of it. */
  #handle(first: () => void): void {
    this.#isBusy = true;
    try {
      first();
      for (let event = this.#events.shift(); event !== undefined; event = this.#events.shift()) {
        for (const command of this.scheduler.apply(event)) this.#execute(command);
      }
      this.#details.update();
    } catch (error) {
      this.#reject(error);
    } finally {
      this.#isBusy = false;
    }
  }

  #execute(command: SchedulerCommand): void {
    switch (command.kind) {
      case 'startTask':
        this.#startWithinBudget(command);
        break;
      case 'cancelTask':
        this.#cancel(command.task, command.dispatch);
        break;
      case 'startBackoff':
        this.#startBackoff(command.task, command.dispatch, command.delay);
        break;
      case 'cancelBackoff':
        this.#backoffs.get(command.task)?.cancel();
        break;
      case 'endRun':
        this.#resolve(command.outcome);
        break;
    }
  }

  #startWithinBudget(command: StartTask): void {
    if (this.#overflow.length === 0 && this.#tryToStart(command)) return;
    if (this.#overflow.push(command) === 1) this.#startOverflowLater();
  }

  /** The shortest timer ends this workflow task; nothing else does. */
  #startOverflowLater(): void {
    const startAll = () => {
      for (let next = this.#overflow[0]; next !== undefined; next = this.#overflow[0]) {
        if (!this.#tryToStart(next)) return this.#startOverflowLater();
        this.#overflow.shift();
      }
    };
    void sleep(1).then(() => this.#handle(startAll), this.#reject);
  }

  /** Returns whether there was room for it in this workflow task. One that can't be started at all fails, which needs no room. */
  #tryToStart(command: StartTask): boolean {
    const argument = this.#argumentOf(command);
    const bytes = payloadSize(argument);
    const error = refuseArgument(argument, bytes);
    if (error !== undefined) this.#refuse(command, error);
    else if (this.#budget.take(bytes)) this.#start(command, argument);
    else return false;
    return true;
  }

  #refuse({ task, dispatch, attemptsUsed }: StartTask, error: TaskError): void {
    if (taskAt(this.#plan, task).allowFailure !== true) {
      this.firstFailure ??= ApplicationFailure.create({ type: error.type, message: error.message, nonRetryable: true });
    }
    this.#report({ kind: 'taskFailed', task, dispatch, attempts: attemptsUsed, error });
  }

  #argumentOf({ task, attemptsUsed }: StartTask): TaskArgument {
    const { firstExecutionRunId, originalExecutionRunId, cronSchedule } = workflowInfo();
    return taskArgument(this.scheduler, task, {
      input: this.#input,
      // Each firing of a cron schedule is a run of its own, though Temporal makes one chain of them.
      rootRunId: cronSchedule ? originalExecutionRunId : firstExecutionRunId,
      attemptsUsed,
    });
  }

  #start({ task: index, dispatch, attemptsUsed }: StartTask, argument: TaskArgument): void {
    const task = taskAt(this.#plan, index);
    const options = optionsOf(this.#plan, task);
    const activities = proxyActivities<Record<string, (argument: TaskArgument) => Promise<unknown>>>({
      ...activityOptions(options, attemptsUsed),
      activityId: dispatch === 1 ? task.id : `${task.id}#${dispatch}`,
      // An eager dispatch goes to the worker that has this workflow task, which is the one that could not serve it.
      allowEagerDispatch: dispatch === 1,
      summary: task.title ?? task.id,
    });
    const scope = new CancellationScope();
    const key = `${index}#${dispatch}`;
    this.#scopes.set(key, scope);
    void scope
      .run(
        () => activities[`${this.#plan.workflow}.${task.id}`]?.(argument) ?? Promise.reject(new Error('no activity')),
      )
      .then(
        (result) => {
          this.#scopes.delete(key);
          this.#report({ task: index, dispatch, ...readReply(result, attemptsUsed) });
        },
        (error: unknown) => {
          this.#scopes.delete(key);
          this.#reportFailure(index, dispatch, error, { attemptsUsed, ...options.retry });
        },
      );
  }

  #reportFailure(
    task: number,
    dispatch: number,
    error: unknown,
    counted: { attemptsUsed: number; maximumAttempts: number },
  ): void {
    if (!(error instanceof ActivityFailure) && !isCancellation(error)) {
      this.#reject(error); // not how an activity ends: something is wrong with this code
      return;
    }
    const cause = (error instanceof ActivityFailure ? error.cause : error) as ActivityFailureView | undefined;
    const hasUsedAllAttempts = error instanceof ActivityFailure && error.retryState === 'MAXIMUM_ATTEMPTS_REACHED';
    const report = reportFailure(cause ?? (error as ActivityFailureView), hasUsedAllAttempts, counted);
    const isAllowed = taskAt(this.#plan, task).allowFailure === true;
    if (report.kind === 'taskFailed' && !isAllowed) this.firstFailure ??= error as Error;
    this.#report({ ...report, task, dispatch });
  }

  #cancel(task: number, dispatch: number): void {
    const deferred = this.#overflow.findIndex((start) => start.task === task);
    if (deferred === -1) {
      this.#scopes.get(`${task}#${dispatch}`)?.cancel();
      return;
    }
    const [start] = this.#overflow.splice(deferred, 1);
    this.#report({ kind: 'taskCancelled', task, dispatch, attempts: start?.attemptsUsed ?? 0 });
  }

  #startBackoff(task: number, dispatch: number, delay: number): void {
    const scope = new CancellationScope();
    this.#backoffs.set(task, scope);
    void scope
      .run(() => sleep(delay))
      .then(
        () => {
          this.#backoffs.delete(task);
          this.#report({ kind: 'backoffElapsed', task, dispatch });
        },
        (error: unknown) => {
          this.#backoffs.delete(task);
          if (!isCancellation(error)) this.#reject(error);
        },
      );
  }
}

function activityOptions(options: TaskOptionsPlan, attemptsUsed: number): ActivityOptions {
  const { retry, priority, ...timeouts } = options;
  const { maximumAttempts, nonRetryableErrorTypes, ...intervals } = retry;
  return {
    ...timeouts,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: {
      ...intervals,
      ...(maximumAttempts > 0 && { maximumAttempts: Math.max(1, maximumAttempts - attemptsUsed) }),
      ...(nonRetryableErrorTypes !== undefined && { nonRetryableErrorTypes: [...nonRetryableErrorTypes] }),
    },
    ...(priority !== undefined && { priority }),
  };
}
