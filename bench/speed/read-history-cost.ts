import type { Client } from '@temporalio/client';

/** What a run has cost the server to keep. */
export interface HistoryCost {
  readonly events: number;
  readonly bytes: number;
  /** Completed ones. */
  readonly workflowTasks: number;
}

export async function readHistoryCost(client: Client, workflowId: string): Promise<HistoryCost> {
  const run = client.workflow.getHandle(workflowId);
  const [{ historySize = Number.NaN }, { events }] = await Promise.all([run.describe(), run.fetchHistory()]);
  return {
    events: events?.length ?? 0,
    bytes: historySize,
    workflowTasks: (events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes).length,
  };
}
