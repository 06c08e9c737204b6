import { Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, test } from 'vitest';
import '../support/worker-and-engine.js'; // for its quiet logger
import { PawlPlugin } from '../../worker/index.js';
import { type JsonEvent, type JsonHistory, readHistory } from './history-file.js';
import { recordedHistories } from './recorded-runs.js';

describe('the shipped bundle replays the history of a run', () => {
  let errors: ReadonlyMap<string, Error | undefined>;

  beforeAll(async () => {
    errors = await replay(
      recordedHistories.map(({ name, workflowId }) => ({ workflowId, history: readHistory(name) })),
    );
  });

  test.each(recordedHistories.map(({ name }) => name))('%s', (name) => {
    const runId = runIdOf(readHistory(name));
    expect(errors.has(runId)).toBe(true);
    expect(errors.get(runId)?.message).toBeUndefined();
  });
});

describe('a replay reports non-determinism for a history', () => {
  test('in which a task has another activity type', () =>
    expectNondeterminism(withFirstDispatch({ activityType: { name: 'web.another' } })));

  test('in which a task has another activity id', () =>
    expectNondeterminism(withFirstDispatch({ activityId: 'another' })));

  test('whose interpreter dispatched more at once than its plan now allows', () =>
    expectNondeterminism(withPlan({ maxConcurrentTasks: 1 })));

  test('whose interpreter scheduled by frontier what is now a wave', () =>
    expectNondeterminism(withPlan({ scheduling: 'waves' })));
});

/** The errors by run ids: several executions have one workflow id. */
async function replay(histories: Iterable<{ workflowId: string; history: JsonHistory }>) {
  const errors = new Map<string, Error | undefined>();
  // A replay needs no definition: the plan is in the history.
  const results = Worker.runReplayHistories({ plugins: [new PawlPlugin({ workflows: [] })] }, histories);
  for await (const { runId, error } of results) errors.set(runId, error);
  return errors;
}

async function expectNondeterminism(history: JsonHistory): Promise<void> {
  const errors = await replay([{ workflowId: 'changed', history }]);
  expect(errors.get(runIdOf(history))?.name).toBe('DeterminismViolationError');
}

function runIdOf({ events: [started] }: JsonHistory): string {
  const attributes = started?.workflowExecutionStartedEventAttributes as { readonly originalExecutionRunId: string };
  return attributes.originalExecutionRunId;
}

function withFirstDispatch(changed: Record<string, unknown>): JsonHistory {
  return withFirst('activityTaskScheduledEventAttributes', (attributes) => ({ ...attributes, ...changed }));
}

/** As if the interpreter had changed: it would do something else with the same plan. */
function withPlan(changed: Record<string, unknown>): JsonHistory {
  return withFirst('workflowExecutionStartedEventAttributes', (attributes) => {
    const { payloads } = attributes.input as { payloads: { data: string }[] }; // [input, envelope]
    const [input, envelope] = payloads;
    const decoded = JSON.parse(Buffer.from(envelope?.data ?? '', 'base64').toString());
    const plan = { ...decoded.plan, ...changed };
    const data = Buffer.from(JSON.stringify({ ...decoded, plan })).toString('base64');
    return { ...attributes, input: { payloads: [input, { ...envelope, data }] } };
  });
}

/** The history of a completed run with the first event of a kind changed. */
function withFirst(kind: string, change: (attributes: Record<string, unknown>) => unknown): JsonHistory {
  const { events } = readHistory('web-of-thirty');
  const index = events.findIndex((event) => kind in event);
  const changed = events.map(
    (event, position): JsonEvent =>
      position === index ? { ...event, [kind]: change(event[kind] as Record<string, unknown>) } : event,
  );
  return { events: changed };
}
