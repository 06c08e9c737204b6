import type { temporal } from '@temporalio/proto';
import { PayloadReader } from '../../src/client/payloads.js';
import type { OrchestrationEngine, Run } from '../../src/index.js';

export type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
type Scheduled = temporal.api.history.v1.IActivityTaskScheduledEventAttributes;

export async function historyOf(engine: OrchestrationEngine, run: Run): Promise<readonly HistoryEvent[]> {
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
