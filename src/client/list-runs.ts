import type { Client } from '@temporalio/client';
import { listExecutions } from './execution-pages.js';
import { type RunStatus, runStatusOfCode, visibilityStatus } from './run-status.js';
import { toDate } from './timestamp.js';
import { runUrl } from './ui-url.js';
import { quote } from './visibility-query.js';

export interface ListOptions {
  /** A workflow's name. @default every workflow on the engine's task queue */
  readonly workflow?: string;
  readonly status?: RunStatus;
  /** A condition in Temporal's visibility query language, in addition. */
  readonly query?: string;
}

export interface RunSummary {
  readonly workflow: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly status: RunStatus;
  readonly startedAt: Date;
  readonly closedAt: Date | undefined;
  readonly url: string | undefined;
}

export async function* listRuns(
  client: Client,
  taskQueue: string,
  uiUrl: string | undefined,
  { workflow, status, query }: ListOptions,
): AsyncGenerator<RunSummary, void, void> {
  const conditions = [
    workflow === undefined ? `TaskQueue = ${quote(taskQueue)}` : `WorkflowType = ${quote(workflow)}`,
    ...(status === undefined ? [] : [`ExecutionStatus = ${quote(visibilityStatus(status))}`]),
    ...(query === undefined ? [] : [`(${query})`]),
  ];
  for await (const listed of listExecutions(client, conditions.join(' AND '))) {
    const { execution, type, status: code, startTime, closeTime } = listed;
    const { workflowId, runId } = { workflowId: execution?.workflowId ?? '', runId: execution?.runId ?? '' };
    yield {
      workflow: type?.name ?? '',
      workflowId,
      runId,
      status: runStatusOfCode(code),
      startedAt: toDate(startTime) ?? new Date(0),
      closedAt: toDate(closeTime),
      url: runUrl(uiUrl, client.options.namespace, workflowId, runId),
    };
  }
}
