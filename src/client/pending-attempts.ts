import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { type ActivityFailureView, reportFailure } from '../core/attempt-report.js';
import { PayloadReader } from './payloads.js';
import type { PendingAttempt } from './task-snapshot.js';
import { toDate } from './timestamp.js';

/** Temporal's PENDING_ACTIVITY_STATE_STARTED; its enum is in a CommonJS module whose names ESM can't import. */
const STARTED = 2;

/** The workflow is told of an attempt only when the task is over; the server knows the one that runs now. By the ids of tasks and items. */
export async function pendingAttempts(
  client: Client,
  { raw }: WorkflowExecutionDescription,
): Promise<Map<string, PendingAttempt>> {
  const payloads = new PayloadReader(client.options.loadedDataConverter);
  const attempts = new Map<string, PendingAttempt>();
  const latest = new Map<string, number>();
  for (const activity of raw.pendingActivities ?? []) {
    const [id = '', dispatch = '1'] = activity.activityId?.split('#') ?? [];
    // One of an older dispatch may not have ended yet: it was asked to, and what it does is ignored.
    if (Number(dispatch) < (latest.get(id) ?? 0)) continue;
    latest.set(id, Number(dispatch));
    const failure = (await payloads.failure(activity.lastFailure)) as ActivityFailureView | undefined; // an Error has name and message
    const report = failure && reportFailure(failure, false, { attemptsUsed: 0, attemptsLeft: 0 });
    attempts.set(id, {
      // One that is scheduled waits for a worker, or for its backoff: that attempt has not begun.
      attempt: activity.state === STARTED ? (activity.attempt ?? 1) : (activity.attempt ?? 1) - 1,
      // Between two attempts it still holds the time of the one before.
      startedAt: activity.state === STARTED ? toDate(activity.lastStartedTime) : undefined,
      lastFailure: report?.kind === 'taskFailed' ? report.error : undefined,
    });
  }
  return attempts;
}
