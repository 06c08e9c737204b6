import { describeCause } from './describe-cause.js';
import { FailureType } from './protocol.js';
import type { Scheduler } from './scheduler.js';
import { shortenText } from './shorten-text.js';
import { isFailure, type TaskOrchestrator } from './task-orchestrator.js';

/** The details of a failed run's failure. */
export interface RunFailureDetails {
  readonly failed: readonly FailedTask[];
  /** How many failed in all; `failed` lists the first ones. */
  readonly failedCount: number;
  /** Tasks that did not run because of them. */
  readonly notRun: readonly string[];
  readonly notRunCount: number;
  /** Tasks that could not be compensated, and resources that could not be destroyed; absent if there are none. */
  readonly notUndone?: readonly FailedTask[];
}

export interface FailedTask {
  readonly task: string;
  readonly type: string;
  readonly message: string;
  readonly attempts: number;
}

/** A failure must stay far under Temporal's 2 MiB whatever the number of tasks. */
const LISTED = { failed: 50, notRun: 200, inMessage: 3, messageEnds: 500 };

export function describeRunFailure(scheduler: Scheduler): { message: string; details: RunFailureDetails } {
  const { plan, tasks } = scheduler;
  const failed: FailedTask[] = [];
  const notRun: string[] = [];
  let [failedCount, notRunCount] = [0, 0];
  for (const unit of tasks) {
    const { index, state, cause, scheduledAt, isFailureAllowed } = unit;
    const task = plan.tasks[index]?.id ?? String(index);
    if (isFailureAllowed) continue;
    if (isFailure(unit)) {
      if (failedCount < LISTED.failed) failed.push(failedTask(scheduler, unit));
      failedCount++;
    }
    if (
      state === 'upstream_failed' ||
      (state === 'cancelled' && cause?.kind === 'stopped' && scheduledAt === undefined)
    ) {
      if (notRunCount < LISTED.notRun) notRun.push(task);
      notRunCount++;
    }
  }
  const notUndone = scheduler
    .undos()
    .filter(({ state }) => state === 'failed')
    .map((unit) => failedTask(scheduler, unit));
  const details = {
    failed,
    failedCount,
    notRun,
    notRunCount,
    ...(notUndone.length > 0 && { notUndone: notUndone.slice(0, LISTED.failed) }),
  };
  return { message: messageOf(plan.tasks.length, details), details };
}

/** The unit whose failure was the first that counts: a task, or of a map the item. */
export function firstFailure(scheduler: Scheduler): TaskOrchestrator | undefined {
  const failed = scheduler.tasks.filter(({ state, isFailureAllowed }) => state === 'failed' && !isFailureAllowed);
  const first = earliest(failed);
  const items = first === undefined ? [] : scheduler.partsOf(first.index);
  return earliest(items.filter(({ state }) => state === 'failed')) ?? first;
}

function earliest(units: readonly TaskOrchestrator[]): TaskOrchestrator | undefined {
  return units.reduce<TaskOrchestrator | undefined>(
    (first, unit) => ((unit.settledAt ?? 0) < (first?.settledAt ?? Number.POSITIVE_INFINITY) ? unit : first),
    undefined,
  );
}

function failedTask(scheduler: Scheduler, { ref, cause, attempts }: TaskOrchestrator): FailedTask {
  const idOf = (index: number) => scheduler.plan.tasks[index]?.id ?? String(index);
  const message = cause === undefined ? '' : shortenText(describeCause(cause, idOf), LISTED.messageEnds);
  return {
    task: scheduler.idOf(ref),
    type: cause?.kind === 'error' ? cause.error.type : 'Cancelled',
    message,
    attempts,
  };
}

function messageOf(taskCount: number, details: RunFailureDetails): string {
  const { failed, failedCount, notRun, notRunCount, notUndone = [] } = details;
  const why = failed
    .slice(0, LISTED.inMessage)
    .map(({ task, type, attempts, message }) => `'${task}' ${howItFailed(type, attempts)}: ${message}`);
  const others = failedCount - why.length;
  const lost = notRun.slice(0, LISTED.inMessage * 3).map((task) => `'${task}'`);
  const more = notRunCount - lost.length;
  return [
    ...(failedCount > 0 ? [`${failedCount} of ${count(taskCount, 'task')} failed. ${why.join('. ')}`] : []),
    ...(others > 0 ? [`${count(others, 'more task')} failed`] : []),
    ...(notRunCount > 0 ? [`Not run because of it: ${lost.join(', ')}${more > 0 ? ` and ${more} more` : ''}`] : []),
    ...notUndone.slice(0, LISTED.inMessage).map(({ task, message }) => `'${task}' failed: ${message}`),
    ...(notUndone.length > LISTED.inMessage ? [`${notUndone.length - LISTED.inMessage} more could not be undone`] : []),
  ].join('. ');
}

function howItFailed(type: string, attempts: number): string {
  if (attempts > 0) return `failed after ${count(attempts, 'attempt')}`;
  return type === FailureType.tooLarge ? 'could not start' : 'failed'; // a wait needs no attempt
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
