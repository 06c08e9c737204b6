import type { temporal } from '@temporalio/proto';
import { PayloadReader } from '../../src/client/payloads.js';
import type { OrchestrationEngine, Run } from '../../src/index.js';

export type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
type Scheduled = temporal.api.history.v1.IActivityTaskScheduledEventAttributes;

export async function historyOf(engine: OrchestrationEngine, run: Run<unknown>): Promise<readonly HistoryEvent[]> {
  const { events } = await engine.client.workflow.getHandle(run.id, run.runId).fetchHistory();
  return events ?? [];
}

export function payloadsOf(engine: OrchestrationEngine): PayloadReader {
  return new PayloadReader(engine.client.options.loadedDataConverter);
}

/** What was dispatched, by activity id. */
export function dispatchesIn(history: readonly HistoryEvent[]): ReadonlyMap<string, Scheduled> {
  const dispatches = new Map<string, Scheduled>();
  for (const { activityTaskScheduledEventAttributes: scheduled } of history) {
    if (scheduled) dispatches.set(scheduled.activityId ?? '', scheduled);
  }
  return dispatches;
}

/** The workflow ids of the child workflows that were started, in order. */
export function childrenIn(history: readonly HistoryEvent[]): string[] {
  return history.flatMap(({ childWorkflowExecutionStartedEventAttributes: started }) =>
    started ? [started.workflowExecution?.workflowId ?? ''] : [],
  );
}

/** Whether the workflow has seen a request to cancel, and has done what it does because of it. */
export function hasSeenCancelRequest(history: readonly HistoryEvent[]): boolean {
  const request = history.findIndex((event) => event.workflowExecutionCancelRequestedEventAttributes);
  return request !== -1 && history.slice(request).some((event) => event.workflowTaskCompletedEventAttributes);
}

/** How many activities were asked to stop. */
export function cancelledActivitiesIn(history: readonly HistoryEvent[]): number {
  return history.filter((event) => event.activityTaskCancelRequestedEventAttributes).length;
}
