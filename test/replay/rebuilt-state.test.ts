import { defaultDataConverter } from '@temporalio/common';
// The SDK exports it nowhere else, and the protobuf library reads neither the dates nor the durations of Temporal's JSON.
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { describe, expect, test } from 'vitest';
import { rebuildRun, rebuildSnapshot } from '../../src/client/history-reader.js';
import { PayloadReader } from '../../src/client/payloads.js';
import type { SchedulerEvent } from '../../src/core/event.js';
import { HistoryBound } from '../../src/core/history-bound.js';
import { STORING_PROTOCOL } from '../../src/core/inline-budget.js';
import { readItems } from '../../src/core/items-snapshot.js';
import { SNAPSHOT_MEMO } from '../../src/core/protocol.js';
import { Scheduler } from '../../src/core/scheduler.js';
import { readTasks, type WireSnapshot } from '../../src/core/snapshot.js';
import type { HistoryEvent } from '../support/run-history.js';
import { readHistory } from './history-file.js';
import { recordedHistories } from './recorded-runs.js';

const payloads = new PayloadReader(defaultDataConverter);
const WITHOUT_TASKS = ['invalid-input', 'malformed-plan'];
const ENDED_FROM_OUTSIDE = ['terminated'];

const names = recordedHistories.map(({ name }) => name);
const continued = names.filter((name) => continuationOf(readEvents(name)) !== undefined);
/** First executions. */
const first = names.filter((name) => !WITHOUT_TASKS.includes(name) && !isContinuation(readEvents(name)));
const ended = names.filter((name) => ![...WITHOUT_TASKS, ...ENDED_FROM_OUTSIDE, ...continued].includes(name));

describe('the state that a client rebuilds from a history is the one that the run kept itself:', () => {
  test.each(ended)('%s', async (name) => {
    const events = readEvents(name);
    const rebuilt = await rebuildSnapshot(events, payloads, 'listed');
    const kept = await keptSnapshot(events);
    expect(rebuilt && runOf(asKept(rebuilt, kept))).toEqual(runOf(kept));
  });
});

describe('the state that a client rebuilds from a history is the one that the next execution was given:', () => {
  test.each(continued)('%s', async (name) => {
    const events = readEvents(name);
    const rebuilt = await rebuildRun(events, payloads);
    const [, , carried] = await payloads.values(continuationOf(events)?.input?.payloads);
    expect(withoutTimes(rebuilt?.scheduler.save())).toEqual(withoutTimes(carried));
  });
});

/** What ends an execution, and what prepares it: a memo, a plan, stored outputs, the wait for room in a workflow task. */
const BESIDE = 8;

test.each(first)('what a run counts of its history is not less than history is: %s', async (name) => {
  const events = readEvents(name);
  const told: SchedulerEvent[] = [];
  const rebuilt = await rebuildRun(events, payloads, (event) => told.push(event));
  if (rebuilt === undefined) throw new Error('the run has no plan');
  const { plan } = rebuilt.scheduler;
  const [bound, scheduler] = [new HistoryBound(plan), new Scheduler(plan)];
  for (const event of told) {
    bound.tell(event);
    for (const command of scheduler.apply(event)) bound.command(command);
  }
  for (const event of events) if (event.markerRecordedEventAttributes?.failure) bound.retry();
  const lost = events.filter(
    (event) => event.workflowTaskTimedOutEventAttributes ?? event.workflowTaskFailedEventAttributes,
  );
  expect(bound.extent.events + 3 * lost.length + BESIDE).toBeGreaterThanOrEqual(events.length);
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

/** It was given a state: it is not the first of its run, a rerun, or a part of a map. */
function isContinuation([started]: readonly HistoryEvent[]): boolean {
  return (started?.workflowExecutionStartedEventAttributes?.input?.payloads?.length ?? 0) > 2;
}

function continuationOf(events: readonly HistoryEvent[]) {
  return events.at(-1)?.workflowExecutionContinuedAsNewEventAttributes ?? undefined;
}

async function keptSnapshot(events: readonly HistoryEvent[]): Promise<WireSnapshot | undefined> {
  const modified = events.flatMap((event) => event.workflowPropertiesModifiedEventAttributes ?? []);
  const payload = modified.at(-1)?.upsertedMemo?.fields?.[SNAPSHOT_MEMO];
  const [snapshot] = await payloads.values(payload && [payload]);
  return snapshot as WireSnapshot | undefined; // only Pawl's workflow writes this field
}

/** The first workers kept nothing of outputs. */
function asKept({ outputs, ...rebuilt }: WireSnapshot, kept: WireSnapshot | undefined): WireSnapshot {
  return { ...rebuilt, ...(outputs !== undefined && (kept?.protocol ?? 0) >= STORING_PROTOCOL && { outputs }) };
}

function runOf(snapshot: WireSnapshot | undefined) {
  const { outcome, isPaused, audit } = snapshot ?? {};
  return { outcome, isPaused, audit: withoutTimes(audit), tasks: tasksOf(snapshot) };
}

function tasksOf(snapshot: WireSnapshot | undefined) {
  if (snapshot === undefined) throw new Error('there is no snapshot');
  return readTasks(snapshot).map((task) => ({
    ...task,
    ...withoutTimes({ cause: task.cause, undo: task.undo }),
    ...NO_TIMES,
    // What was stored for those that need it, history has as it was returned.
    output: task.output && { bytes: task.output.bytes },
    items: task.items && withoutTimes({ counts: task.items.counts, items: readItems(task.items) }),
  }));
}

const NO_TIMES = { scheduledAt: undefined, settledAt: undefined, until: undefined };
const OF_WORKFLOW_TASKS = ['at', 'scheduled', 'settled', 'scheduledAt', 'settledAt', 'startedAt', 'until'];

/** Times are those of workflow tasks in the one and of events in the other; stacks are not in fixtures. */
function withoutTimes<T>(value: T): T {
  return JSON.parse(
    JSON.stringify(value ?? null, (key, inner) =>
      OF_WORKFLOW_TASKS.includes(key) || key === 'stack' ? undefined : (inner as unknown),
    ),
  );
}
