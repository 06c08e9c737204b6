import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { type RunStatus, runStatusOfCode, visibilityStatus } from './run-status.js';
import { toDate } from './timestamp.js';
import { runUrl } from './ui-url.js';
import { quote } from './visibility-query.js';

type WorkflowExecutionInfo = temporal.api.workflow.v1.IWorkflowExecutionInfo;

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
  for await (const { execution, type, status: code, startTime, closeTime } of pages(client, conditions.join(' AND '))) {
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

/** Without the memos, which the SDK's own list decodes: a whole snapshot each, and one with an unknown key would end the list. */
async function* pages(client: Client, query: string): AsyncGenerator<WorkflowExecutionInfo, void, void> {
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await client.workflowService.listWorkflowExecutions({
      namespace: client.options.namespace,
      query,
      ...(nextPageToken !== undefined && { nextPageToken }),
    });
    yield* page.executions;
    nextPageToken = page.nextPageToken;
  } while (nextPageToken.length > 0);
}
