import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { PayloadReader } from './payloads.js';

/** Events read from the end of a history: the failure of a workflow task is among the last ones. */
const LAST_EVENTS = 10;

/**
 * Why an open run's workflow task keeps failing, or undefined if it does not. Temporal writes only the first failure of a series to
 * history; that it goes on shows in the pending workflow task's attempt.
 */
export async function workflowTaskProblem(
  client: Client,
  { raw, workflowId, runId }: Pick<WorkflowExecutionDescription, 'raw' | 'workflowId' | 'runId'>,
): Promise<string | undefined> {
  const attempt = raw.pendingWorkflowTask?.attempt ?? 1;
  if (attempt < 2) return undefined;
  const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: LAST_EVENTS,
  });
  const payloads = new PayloadReader(client.options.loadedDataConverter);
  for (const { workflowTaskFailedEventAttributes: failed } of history?.events ?? []) {
    if (!failed) continue;
    // One that can't be read is as good as a reason.
    const error = await payloads.failure(failed.failure).catch((unreadable: Error) => unreadable);
    return `its workflow task has failed ${attempt - 1} times and is retried: ${error?.message ?? 'unknown failure'}`;
  }
  // Once or twice is a worker that was lost; a workflow task that times out again and again can't be completed by any.
  if (attempt < 4) return undefined;
  return `its workflow task has timed out ${attempt - 1} times: its worker gets no answer through to the server, or does not finish`;
}
