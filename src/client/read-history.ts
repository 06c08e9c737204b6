import type { ExecutionChain } from './execution-chain.js';
import type { HistoryEvent } from './history/delivered-events.js';
import { PayloadReader } from './payloads.js';

/** The events of one execution of a run, and what reads their payloads. */
export async function readHistory(
  { client, workflowId }: ExecutionChain,
  runId: string,
): Promise<[events: readonly HistoryEvent[], payloads: PayloadReader]> {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  return [events ?? [], new PayloadReader(client.options.loadedDataConverter)];
}
