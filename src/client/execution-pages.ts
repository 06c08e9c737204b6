import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';

export type ExecutionInfo = temporal.api.workflow.v1.IWorkflowExecutionInfo;

/** The executions that visibility lists, with their memos as they are: the SDK's own list decodes them, a whole snapshot each, and one with an unknown key would end the list. */
export async function* listExecutions(client: Client, query: string): AsyncGenerator<ExecutionInfo, void, void> {
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
