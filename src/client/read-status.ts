import {
  type Client,
  QueryNotRegisteredError,
  type WorkflowExecutionDescription,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { type ActivityFailureView, reportFailure } from '../core/attempt-report.js';
import { SNAPSHOT_MEMO, STATUS_QUERY } from '../core/protocol.js';
import { isWireSnapshot, type WireSnapshot } from '../core/snapshot.js';
import { NoWorkerError, RunNotFoundError } from './errors.js';
import { isGrpcStatus } from './grpc-error.js';
import { rebuildSnapshot } from './history-reader.js';
import { PayloadReader } from './payloads.js';
import { buildSnapshot, type PendingAttempt, type RunSnapshot } from './run-snapshot.js';
import { runStatusOf } from './run-status.js';
import { toDate } from './timestamp.js';
import { workflowTaskProblem } from './workflow-task-problem.js';

/** Temporal's PENDING_ACTIVITY_STATE_STARTED; its enum is in a CommonJS module whose names ESM can't import. */
const STARTED = 2;

/** Milliseconds within which a worker must answer for an open run. */
const QUERY_DEADLINE = 5_000;

/**
 * The state of a run: of an open one its worker is asked, of a closed one it was kept in the memo, and where it was not, it is rebuilt
 * from history.
 *
 * @throws {@link RunNotFoundError}, {@link NoWorkerError}
 */
export async function readStatus(client: Client, workflowId: string, runId: string | undefined): Promise<RunSnapshot> {
  for (;;) {
    const description = await describe(client, workflowId, runId);
    const run = {
      workflow: description.type,
      workflowId,
      runId: description.runId,
      status: runStatusOf(description.status.name),
      startedAt: description.startTime,
      closedAt: description.closeTime,
      cancelRequested: description.raw.workflowExtendedInfo?.cancelRequested === true,
    };
    if (run.status !== 'running') {
      return buildSnapshot(run, await closedState(client, description), new Map(), undefined);
    }
    const problem = await workflowTaskProblem(client, description);
    const wire =
      problem === undefined ? await queryState(client, description) : await stateInHistory(client, description);
    if (wire === 'ask again') continue;
    return buildSnapshot(run, wire, await pendingAttempts(client, description), problem);
  }
}

async function describe(
  client: Client,
  workflowId: string,
  runId: string | undefined,
): Promise<WorkflowExecutionDescription> {
  try {
    return await client.workflow.getHandle(workflowId, runId).describe();
  } catch (cause) {
    if (!(cause instanceof WorkflowNotFoundError) && !isGrpcStatus(cause, 'notFound')) throw cause;
    throw new RunNotFoundError(`there is no run '${workflowId}'${runId === undefined ? '' : ` with run id ${runId}`}`, {
      hint: 'it was never started in this namespace, or its retention is over',
      cause,
    });
  }
}

async function closedState(
  client: Client,
  description: WorkflowExecutionDescription,
): Promise<WireSnapshot | undefined> {
  const kept = description.memo?.[SNAPSHOT_MEMO];
  return isWireSnapshot(kept) ? kept : stateInHistory(client, description);
}

async function stateInHistory(client: Client, { workflowId, runId }: WorkflowExecutionDescription) {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  return rebuildSnapshot(events ?? [], new PayloadReader(client.options.loadedDataConverter));
}

async function queryState(
  client: Client,
  description: WorkflowExecutionDescription,
): Promise<WireSnapshot | undefined | 'ask again'> {
  const { workflowId, runId, taskQueue } = description;
  const handle = client.workflow.getHandle(workflowId, runId);
  try {
    const query = () => handle.query<WireSnapshot | null>(STATUS_QUERY);
    return (await client.withDeadline(Date.now() + QUERY_DEADLINE, query)) ?? undefined;
  } catch (cause) {
    if (cause instanceof QueryNotRegisteredError) return undefined; // its first workflow task has not run yet
    // Cancelled: the deadline passed on the server first.
    if (!isGrpcStatus(cause, 'deadlineExceeded', 'cancelled', 'failedPrecondition', 'unavailable')) throw cause;
    const now = await handle.describe();
    // It may have ended, or its workflow task may have begun to fail: a query waits for that, too.
    if (now.status.name !== 'RUNNING' || (await workflowTaskProblem(client, now)) !== undefined) return 'ask again';
    throw new NoWorkerError(`no worker answered within ${QUERY_DEADLINE / 1_000} s for the open run '${workflowId}'`, {
      place: `task queue '${taskQueue}'`,
      hint: 'start one with createWorker; the run goes on when it polls, nothing is lost',
      cause,
    });
  }
}

/** The workflow is told of an attempt only when the task is over; the server knows the one that runs now. */
async function pendingAttempts(
  client: Client,
  { raw }: WorkflowExecutionDescription,
): Promise<Map<string, PendingAttempt>> {
  const payloads = new PayloadReader(client.options.loadedDataConverter);
  const attempts = new Map<string, PendingAttempt>();
  for (const activity of raw.pendingActivities ?? []) {
    const failure = (await payloads.failure(activity.lastFailure)) as ActivityFailureView | undefined; // an Error has name and message
    const report = failure && reportFailure(failure, false, { attemptsUsed: 0, maximumAttempts: 0 });
    attempts.set(activity.activityId?.split('#')[0] ?? '', {
      // One that is scheduled waits for a worker, or for its backoff: that attempt has not begun.
      attempt: activity.state === STARTED ? (activity.attempt ?? 1) : (activity.attempt ?? 1) - 1,
      // Between two attempts it still holds the time of the one before.
      startedAt: activity.state === STARTED ? toDate(activity.lastStartedTime) : undefined,
      lastFailure: report?.kind === 'taskFailed' ? report.error : undefined,
    });
  }
  return attempts;
}
