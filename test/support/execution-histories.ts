import type { OrchestrationEngine } from '../../src/index.js';
import type { HistoryEvent } from './run-history.js';

/** The histories of a run's executions, which continue each other as new, first to last. */
export async function historiesOf(
  engine: OrchestrationEngine,
  workflowId: string,
  firstRunId: string,
): Promise<(readonly HistoryEvent[])[]> {
  const histories: (readonly HistoryEvent[])[] = [];
  for (let runId: string | null | undefined = firstRunId; runId; ) {
    const { events } = await engine.client.workflow.getHandle(workflowId, runId).fetchHistory();
    histories.push(events ?? []);
    runId = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  return histories;
}

export interface ChildRef {
  readonly workflowId: string;
  readonly runId: string;
}

/** The child workflows that were started. */
export function childRefsIn(histories: readonly (readonly HistoryEvent[])[]): ChildRef[] {
  return histories.flat().flatMap(({ childWorkflowExecutionStartedEventAttributes: started }) => {
    const { workflowId, runId } = started?.workflowExecution ?? {};
    return workflowId && runId ? [{ workflowId, runId }] : [];
  });
}
