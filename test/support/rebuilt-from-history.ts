import { expect } from 'vitest';
import { rebuildSnapshot } from '../../src/client/history-reader.js';
import { PayloadReader } from '../../src/client/payloads.js';
import { buildSnapshot } from '../../src/client/run-snapshot.js';
import type { OrchestrationEngine, Run, RunSnapshot } from '../../src/index.js';

/** Expects that what a client rebuilds from the history of a run's last execution is what the run kept itself. */
export async function expectSameFromHistory(engine: OrchestrationEngine, run: Run): Promise<void> {
  const kept = await run.status();
  const { events } = await engine.client.workflow.getHandle(run.id, kept.runId).fetchHistory();
  const rebuilt = await rebuildSnapshot(events ?? [], new PayloadReader(engine.client.options.loadedDataConverter));
  expect(withoutTimes(buildSnapshot(kept, rebuilt, new Map(), undefined))).toEqual(withoutTimes(kept));
}

/** A local activity takes time in the workflow that history does not tell to the millisecond; stacks differ in their frames. */
function withoutTimes({ paused, counts, tasks, audit }: RunSnapshot) {
  return {
    paused,
    counts,
    tasks: tasks.map(({ scheduledAt: _, settledAt: __, until: ___, error, ...task }) => ({
      ...task,
      error: error?.message,
    })),
    audit: audit.map(({ at: _, ...line }) => line),
  };
}
