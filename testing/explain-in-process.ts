import { explainItem, explainTask } from '../src/client/explain-task.js';
import { buildItemsPage, listItems } from '../src/client/run-items.js';
import { buildSnapshot, type RunIdentity } from '../src/client/run-snapshot.js';
import { takeSnapshot } from '../src/core/snapshot.js';
import { readItemId } from '../src/core/unit-id.js';
import type { InProcessDriver } from './in-process-driver.js';
import { IN_PROCESS_RUN_ID } from './in-process-execution.js';

/**
 * Why a node or item is in its state, as the client's `run.explain` says it.
 *
 * @throws {@link UnknownTaskError}
 */
export function explainInProcess({ execution, scheduler, startedAt }: InProcessDriver, id: string): string {
  const wire = takeSnapshot(scheduler, startedAt, 'listed');
  const identity: RunIdentity = {
    workflow: execution.definition.name,
    workflowId: execution.workflowId,
    runId: IN_PROCESS_RUN_ID,
    status: scheduler.outcome ?? 'running',
    startedAt: new Date(startedAt),
    closedAt: undefined,
    cancelRequested: scheduler.outcome === 'cancelled',
    rerunOf: undefined,
  };
  const snapshot = buildSnapshot(identity, wire, new Map(), undefined);
  const { task, item } = readItemId(id);
  if (item === undefined) return explainTask(snapshot, id);
  const request = { items: task, from: item, limit: 1 };
  const map = wire.maps?.[wire.ids.indexOf(task)];
  return explainItem(snapshot, buildItemsPage(wire, map, request, listItems(wire, request) ?? [], new Map()), id);
}
