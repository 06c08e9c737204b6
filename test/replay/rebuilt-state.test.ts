import { defaultDataConverter } from '@temporalio/common';
// The SDK exports it nowhere else, and the protobuf library reads neither the dates nor the durations of Temporal's JSON.
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { describe, expect, test } from 'vitest';
import { rebuildSnapshot } from '../../src/client/history-reader.js';
import { PayloadReader } from '../../src/client/payloads.js';
import { SNAPSHOT_MEMO } from '../../src/core/protocol.js';
import { readTasks, type WireSnapshot } from '../../src/core/snapshot.js';
import type { HistoryEvent } from '../support/run-history.js';
import { readHistory } from './history-file.js';
import { recordedRuns } from './recorded-runs.js';

const payloads = new PayloadReader(defaultDataConverter);
const WITHOUT_TASKS = ['invalid-input', 'malformed-plan'];
const ENDED_FROM_OUTSIDE = ['terminated'];

describe('the state that a client rebuilds from a history is the one that the run kept itself:', () => {
  const kept = recordedRuns.filter(({ name }) => ![...WITHOUT_TASKS, ...ENDED_FROM_OUTSIDE].includes(name));
  test.each(kept)('$name', async ({ name }) => {
    const events = readEvents(name);
    expect(tasksOf(await rebuildSnapshot(events, payloads))).toEqual(tasksOf(await keptSnapshot(events)));
  });
});

test.each(WITHOUT_TASKS)('a run that was refused has no state to rebuild: %s', async (name) => {
  expect(await rebuildSnapshot(readEvents(name), payloads)).toBeUndefined();
});

test('the state of a terminated run is that of its last moment', async () => {
  const tasks = tasksOf(await rebuildSnapshot(readEvents('terminated'), payloads));
  expect(tasks.map(({ id, state }) => [id, state])).toEqual([
    ['first', 'succeeded'],
    ['saves', 'running'],
    ['stops', 'running'],
    ['last', 'pending'],
  ]);
});

function readEvents(name: string): readonly HistoryEvent[] {
  return historyFromJSON(readHistory(name)).events ?? [];
}

async function keptSnapshot(events: readonly HistoryEvent[]): Promise<WireSnapshot | undefined> {
  const modified = events.flatMap((event) => event.workflowPropertiesModifiedEventAttributes ?? []);
  const payload = modified.at(-1)?.upsertedMemo?.fields?.[SNAPSHOT_MEMO];
  const [snapshot] = await payloads.values(payload && [payload]);
  return snapshot as WireSnapshot | undefined; // only Pawl's workflow writes this field
}

/** Without times, which are those of workflow tasks in one and of events in the other, and without stacks, which fixtures lack. */
function tasksOf(snapshot: WireSnapshot | undefined) {
  if (snapshot === undefined) throw new Error('there is no snapshot');
  return readTasks(snapshot).map(({ id, state, attempts, cause }) => {
    if (cause?.kind !== 'error') return { id, state, attempts, cause };
    const { stack: _, ...error } = cause.error;
    return { id, state, attempts, cause: { ...cause, error } };
  });
}
