import type { Scheduler } from './scheduler.js';
import { shortenText } from './shorten-text.js';

/** The details of a failed run's failure. */
export interface RunFailureDetails {
  readonly failed: readonly FailedTask[];
  /** How many failed in all; `failed` lists the first ones. */
  readonly failedCount: number;
  /** Tasks that did not run because of them. */
  readonly notRun: readonly string[];
  readonly notRunCount: number;
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
  for (const { index, state, cause, attempts, scheduledAt, isFailureAllowed } of tasks) {
    const task = plan.tasks[index]?.id ?? String(index);
    if (isFailureAllowed) continue;
    if (state === 'failed' && cause?.kind === 'error') {
      const { type, message } = cause.error;
      if (failedCount < LISTED.failed)
        failed.push({ task, type, message: shortenText(message, LISTED.messageEnds), attempts });
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
  const details = { failed, failedCount, notRun, notRunCount };
  return { message: messageOf(plan.tasks.length, details), details };
}

function messageOf(taskCount: number, { failed, failedCount, notRun, notRunCount }: RunFailureDetails): string {
  const why = failed
    .slice(0, LISTED.inMessage)
    .map(
      ({ task, attempts, message }) =>
        `'${task}' ${attempts === 0 ? 'could not start' : `failed after ${count(attempts, 'attempt')}`}: ${message}`,
    );
  const others = failedCount - why.length;
  const lost = notRun.slice(0, LISTED.inMessage * 3).map((task) => `'${task}'`);
  const more = notRunCount - lost.length;
  return [
    `${failedCount} of ${count(taskCount, 'task')} failed. ${why.join('. ')}`,
    ...(others > 0 ? [`${count(others, 'more task')} failed`] : []),
    ...(notRunCount > 0 ? [`Not run because of it: ${lost.join(', ')}${more > 0 ? ` and ${more} more` : ''}`] : []),
  ].join('. ');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
