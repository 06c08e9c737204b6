import {
  ActivityCancellationType,
  ActivityFailure,
  type ActivityOptions,
  isCancellation,
  proxyActivities,
} from '@temporalio/workflow';
import { type ActivityFailureView, reportFailure } from '../src/core/attempt-report.js';
import { optionsOf, type TaskOptionsPlan, taskAt } from '../src/core/plan.js';
import type { TaskArgument } from '../src/core/protocol.js';
import type { Scheduler } from '../src/core/scheduler.js';
import type { StartTask } from '../src/core/task-argument.js';
import { readReply } from '../src/core/task-reply.js';
import { dispatchId } from '../src/core/unit-id.js';
import { type DispatchRef, dispatchKey, dispatchOf } from '../src/core/unit-ref.js';
import { DispatchScopes } from './dispatch-scopes.js';
import type { RunEnd } from './run-end.js';

/** Runs dispatches as Temporal activities. */
export class ActivityRunner {
  readonly #scheduler: Scheduler;
  readonly #end: RunEnd;
  readonly #scopes = new DispatchScopes();

  constructor(scheduler: Scheduler, end: RunEnd) {
    this.#scheduler = scheduler;
    this.#end = end;
  }

  start(command: StartTask, argument: TaskArgument): void {
    const { plan } = this.#scheduler;
    const task = taskAt(plan, command.task);
    const { attemptsUsed, dispatch } = command;
    const id = this.#scheduler.idOf(command);
    const activities = proxyActivities<Record<string, (argument: TaskArgument) => Promise<unknown>>>({
      ...activityOptions(optionsOf(plan, task), command.attemptsLeft),
      activityId: dispatchId(id, command),
      // An eager dispatch goes to the worker that has this workflow task, which is the one that could not serve it.
      allowEagerDispatch: dispatch === 1,
      summary: id === task.id ? (task.title ?? id) : id,
    });
    const key = dispatchKey(command);
    void this.#scopes
      .run(key, () => activities[`${plan.workflow}.${task.id}`]?.(argument) ?? Promise.reject(new Error('no activity')))
      .then(
        (result) => {
          this.#scopes.close(key);
          this.#end.report({ ...dispatchOf(command), ...readReply(result, attemptsUsed) });
        },
        (error: unknown) => {
          this.#scopes.close(key);
          this.#reportFailure(command, error);
        },
      );
  }

  cancel(dispatch: DispatchRef): void {
    this.#scopes.cancel(dispatchKey(dispatch));
  }

  #reportFailure(command: StartTask, error: unknown): void {
    if (!(error instanceof ActivityFailure) && !isCancellation(error)) {
      this.#end.broken(error); // not how an activity ends: something is wrong with this code
      return;
    }
    const cause = (error instanceof ActivityFailure ? error.cause : error) as ActivityFailureView | undefined;
    const hasUsedAllAttempts = error instanceof ActivityFailure && error.retryState === 'MAXIMUM_ATTEMPTS_REACHED';
    const report = reportFailure(cause ?? (error as ActivityFailureView), hasUsedAllAttempts, command);
    if (report.kind === 'taskFailed') this.#end.failed(command, error as Error);
    this.#end.report({ ...report, ...dispatchOf(command) });
  }
}

function activityOptions(options: TaskOptionsPlan, attemptsLeft: number): ActivityOptions {
  const { retry, priority, placement: _placement, ...timeouts } = options;
  const { maximumAttempts: _, nonRetryableErrorTypes, ...intervals } = retry;
  return {
    ...timeouts,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: {
      ...intervals,
      ...(attemptsLeft > 0 && { maximumAttempts: attemptsLeft }),
      ...(nonRetryableErrorTypes !== undefined && { nonRetryableErrorTypes: [...nonRetryableErrorTypes] }),
    },
    ...(priority !== undefined && { priority }),
  };
}
