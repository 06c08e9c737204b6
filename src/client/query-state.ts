import { type Client, QueryNotRegisteredError, type WorkflowExecutionDescription } from '@temporalio/client';
import { STATUS_QUERY, type StatusRequest } from '../core/protocol.js';
import type { WireSnapshot } from '../core/snapshot.js';
import { NoWorkerError } from './errors.js';
import { isGrpcStatus } from './grpc-error.js';
import { workflowTaskProblem } from './workflow-task-problem.js';

/** Milliseconds within which a worker must answer for an open run. */
const QUERY_DEADLINE = 5_000;

/** Temporal's PENDING_WORKFLOW_TASK_STATE_STARTED; its enum is in a CommonJS module whose names ESM can't import. */
const STARTED = 2;

/**
 * What the worker of an open run says of its state; undefined while it has no plan, and `ask again` if the run has ended in the meantime, or
 * its workflow task has begun to fail.
 *
 * @throws {@link NoWorkerError}
 */
export async function queryState(
  client: Client,
  description: WorkflowExecutionDescription,
  page?: StatusRequest,
): Promise<WireSnapshot | undefined | 'ask again'> {
  const { workflowId, runId, taskQueue } = description;
  const handle = client.workflow.getHandle(workflowId, runId);
  const args = page === undefined ? [] : [page];
  try {
    const query = () => handle.query<WireSnapshot | null, StatusRequest[]>(STATUS_QUERY, ...args);
    return (await client.withDeadline(Date.now() + QUERY_DEADLINE, query)) ?? undefined;
  } catch (cause) {
    if (cause instanceof QueryNotRegisteredError) return undefined; // its first workflow task has not run yet
    // Cancelled: the deadline passed on the server first.
    if (!isGrpcStatus(cause, 'deadlineExceeded', 'cancelled', 'failedPrecondition', 'unavailable')) throw cause;
    const now = await handle.describe();
    // It may have ended, or its workflow task may have begun to fail: a query waits for that, too.
    if (now.status.name !== 'RUNNING' || (await workflowTaskProblem(client, now)) !== undefined) return 'ask again';
    // A worker is at it, with local tasks, or was lost a moment ago; the server gives the workflow task to another one then.
    if (now.raw.pendingWorkflowTask?.state === STARTED) return 'ask again';
    throw new NoWorkerError(`no worker answered within ${QUERY_DEADLINE / 1_000} s for the open run '${workflowId}'`, {
      place: `task queue '${taskQueue}'`,
      hint: 'start one with createWorker; the run goes on when it polls, nothing is lost',
      cause,
    });
  }
}
