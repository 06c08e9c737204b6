import { describe, expect, test } from 'vitest';
import { buildSnapshot, type RunIdentity } from '../../src/client/run-snapshot.js';
import type { PendingAttempt } from '../../src/client/task-snapshot.js';
import type { SchedulerEvent, UnitEvent } from '../../src/core/event.js';
import type { Order } from '../../src/core/order.js';
import { Scheduler } from '../../src/core/scheduler.js';
import { takeSnapshot } from '../../src/core/snapshot.js';
import { compile, type RunSnapshot, workflow } from '../../src/index.js';
import { idle, looseWorkflow } from '../support/loose-workflow.js';
import { type Outcome, START as PLAYED_AT, playRun } from '../support/played-run.js';

/** When the run was started, in milliseconds since the epoch. */
const START = 1_000_000;

describe('a task', () => {
  test('that has not begun is pending, with no times and no attempts', () => {
    expect(taskOf(snapshotAfter([]), 'unit')).toEqual({
      id: 'unit',
      title: 'Unit tests',
      kind: 'task',
      state: 'pending',
      needs: ['build'],
      attempts: 0,
      scheduledAt: undefined,
      startedAt: undefined,
      settledAt: undefined,
      until: undefined,
      error: undefined,
      cause: undefined,
      items: undefined,
      compensation: undefined,
      compensationError: undefined,
    });
  });

  test('has its id as its title, where it has none', () => {
    expect(taskOf(snapshotAfter([]), 'build').title).toBe('build');
  });

  test('that succeeded has its attempts and its times', () => {
    const snapshot = snapshotAfter([succeeded('build', 2_000, 2)]);
    expect(taskOf(snapshot, 'build')).toMatchObject({
      state: 'succeeded',
      attempts: 2,
      scheduledAt: new Date(START),
      settledAt: new Date(START + 2_000),
      error: undefined,
      cause: undefined,
    });
  });

  test('that runs has the attempt, the start and the last failure that the server knows of', () => {
    const lastFailure = { type: 'Error', message: 'no image' };
    const pending = { attempt: 2, startedAt: new Date(START + 500), lastFailure };
    expect(taskOf(snapshotAfter([], { build: pending }), 'build')).toMatchObject({
      state: 'running',
      attempts: 2,
      startedAt: new Date(START + 500),
      error: lastFailure,
      cause: undefined,
    });
  });

  test('that runs is in its first attempt, where the server knows nothing of it', () => {
    expect(taskOf(snapshotAfter([]), 'build')).toMatchObject({ state: 'running', attempts: 1, startedAt: undefined });
  });

  test('that was dispatched again counts the attempts of all dispatches', () => {
    const snapshot = snapshotAfter(
      [
        { kind: 'taskUnserved', task: 0, dispatch: 1, reason: 'no handler', attempts: 2, at: START + 1 },
        { kind: 'timerElapsed', task: 0, dispatch: 1, at: START + 1_001 },
      ],
      { build: { attempt: 1, startedAt: undefined, lastFailure: undefined } },
    );
    expect(taskOf(snapshot, 'build')).toMatchObject({ state: 'running', attempts: 3 });
  });

  test('that waits says for what', () => {
    const snapshot = snapshotAfter([
      { kind: 'taskUnserved', task: 0, dispatch: 1, reason: 'no handler', attempts: 0, at: START + 1 },
    ]);
    expect(taskOf(snapshot, 'build')).toMatchObject({
      state: 'waiting',
      attempts: 0,
      cause: { message: "can't start yet: no handler", root: undefined, from: undefined },
    });
  });

  test('that failed is its own root', () => {
    expect(taskOf(snapshotAfter([failed('build')]), 'build')).toMatchObject({
      state: 'failed',
      error: { type: 'TypeError', message: 'no image' },
      cause: { message: 'no image', root: 'build', from: undefined },
    });
  });

  test('that could not run because of a failure names the root, and the need through which it came', () => {
    const snapshot = snapshotAfter([failed('build')]);
    expect(taskOf(snapshot, 'unit')).toMatchObject({
      state: 'upstream_failed',
      error: undefined,
      cause: { message: "because 'build' failed", root: 'build', from: 'build' },
    });
    expect(taskOf(snapshot, 'deploy')).toMatchObject({
      cause: { message: "because 'build' failed, through 'unit'", root: 'build', from: 'unit' },
    });
  });

  test('that its own condition skipped is its own root, and those that are skipped with it name it', () => {
    const snapshot = snapshotAfter([{ kind: 'taskSkipped', attempts: 1, ...dispatched('build'), at: START + 1 }]);
    expect(taskOf(snapshot, 'build')).toMatchObject({
      state: 'skipped',
      attempts: 1,
      error: undefined,
      cause: { message: 'its condition said no', root: 'build', from: undefined },
    });
    expect(taskOf(snapshot, 'deploy')).toMatchObject({
      state: 'skipped',
      attempts: 0,
      cause: { message: "because 'build' was skipped, through 'unit'", root: 'build', from: 'unit' },
    });
  });

  test('of a cancelled run has a cause without a root', () => {
    expect(taskOf(snapshotAfter([{ kind: 'runCancelRequested', at: START + 1 }]), 'unit')).toMatchObject({
      state: 'cancelled',
      cause: { message: 'because the run was cancelled', root: undefined, from: undefined },
    });
  });
});

describe('a run', () => {
  test('counts its tasks in every state', () => {
    expect(snapshotAfter([failed('build')]).counts).toEqual({
      pending: 0,
      running: 0,
      waiting: 0,
      held: 0,
      succeeded: 0,
      failed: 1,
      skipped: 0,
      upstream_failed: 2,
      cancelled: 0,
    });
  });

  test('has no tasks before its plan is made', () => {
    const snapshot = buildSnapshot(identity, undefined, new Map(), 'no worker has its definition');
    expect(snapshot).toMatchObject({ ...identity, tasks: [], problem: 'no worker has its definition' });
    expect(Object.values(snapshot.counts).every((count) => count === 0)).toBe(true);
  });
});

describe('a run of the whole vocabulary', () => {
  const run = () => 1;
  const trip = workflow('trip', {}, ({ task, map, resource, approval }) => {
    const db = resource('db', { create: run, destroy: run });
    const flight = task('flight', { needs: { db }, run, compensate: run });
    map('smoke', { needs: { flight }, over: () => [1, 2, 3], tolerate: 1, run });
    task('hotel', { needs: { flight }, run });
    approval('ok', { timeout: '1h' });
  });

  function snapshotOf(outcomes: Readonly<Record<string, Outcome>>, ...orders: Order[]): RunSnapshot {
    const { scheduler } = playRun(compile(trip), outcomes);
    const by = { id: 'update-1', actor: 'ann', reason: 'lunch' };
    for (const order of orders) scheduler.apply({ kind: 'ordered', order, by, at: PLAYED_AT + 5 });
    return buildSnapshot(identity, takeSnapshot(scheduler, PLAYED_AT), new Map(), undefined);
  }

  test('tells the kind of every node', () => {
    expect(snapshotOf({}).tasks.map(({ id, kind }) => `${id}: ${kind}`)).toEqual([
      'db: resource',
      'ok: approval',
      'flight: task',
      'smoke: map',
      'hotel: task',
    ]);
  });

  test('counts the items of a map, once they are known', () => {
    expect(taskOf(snapshotOf({ smoke: 'neverEnds' }), 'smoke').items).toBeUndefined();
    const items = { output: [1, 2, 3] };
    const { items: counted, state } = taskOf(snapshotOf({ smoke: items, 'smoke[1]': 'fails' }), 'smoke');
    expect(state).toBe('succeeded');
    expect(counted).toMatchObject({ total: 3, counts: { succeeded: 2, failed: 1, running: 0 } });
  });

  test('tells until when a node waits', () => {
    expect(taskOf(snapshotOf({}), 'ok').until).toEqual(new Date(PLAYED_AT + 3_600_000));
  });

  test('tells what was undone, and what could not be', () => {
    const skipped: Order = { verb: 'skip', task: 'ok' };
    const failed = snapshotOf({ hotel: 'fails', 'flight:compensate': 'fails' }, skipped);
    expect(taskOf(failed, 'db').compensation).toBe('destroyed');
    expect(taskOf(failed, 'hotel').compensation).toBeUndefined();
    expect(taskOf(snapshotOf({ 'db:destroy': 'fails' }), 'db')).toMatchObject({
      compensation: 'failed',
      compensationError: { message: 'db:destroy broke' },
    });
  });

  test('tells whether it is paused, and who ordered what', () => {
    const snapshot = snapshotOf({}, { verb: 'pause' }, { verb: 'skip', task: 'ok' });
    expect(snapshot.paused).toBe(true);
    expect(snapshot.audit).toEqual([
      {
        at: new Date(PLAYED_AT + 5),
        verb: 'pause',
        task: undefined,
        actor: 'ann',
        reason: 'lunch',
        updateId: 'update-1',
        refused: undefined,
      },
      expect.objectContaining({ verb: 'skip', task: 'ok' }),
    ]);
    expect(taskOf(snapshot, 'ok').cause).toMatchObject({
      kind: 'operator',
      root: 'ok',
      message: 'skipped by ann: lunch',
    });
  });
});

const identity: RunIdentity = {
  workflow: 'release',
  workflowId: 'release-42',
  runId: 'run-id',
  status: 'running',
  startedAt: new Date(START),
  closedAt: undefined,
  cancelRequested: false,
  rerunOf: undefined,
};

/** build, unit after build, deploy after unit: indices 0 to 2. */
function snapshotAfter(
  events: readonly SchedulerEvent[],
  pending: Readonly<Record<string, PendingAttempt>> = {},
): RunSnapshot {
  const definition = looseWorkflow((task) => {
    const build = task('build', idle);
    const unit = task('unit', { ...idle, title: 'Unit tests', needs: { build } });
    task('deploy', { ...idle, needs: { unit } });
  });
  const scheduler = new Scheduler(compile(definition));
  scheduler.apply({ kind: 'runStarted', at: START });
  for (const event of events) scheduler.apply(event);
  return buildSnapshot(identity, takeSnapshot(scheduler, START), new Map(Object.entries(pending)), undefined);
}

function taskOf(snapshot: RunSnapshot, id: string) {
  const task = snapshot.tasks.find((candidate) => candidate.id === id);
  if (task === undefined) throw new Error(`no task '${id}'`);
  return task;
}

function succeeded(id: string, after: number, attempts: number): UnitEvent & { at: number } {
  return { kind: 'taskSucceeded', output: null, attempts, ...dispatched(id), at: START + after };
}

function failed(id: string): UnitEvent & { at: number } {
  const error = { type: 'TypeError', message: 'no image' };
  return { kind: 'taskFailed', error, attempts: 3, ...dispatched(id), at: START + 1 };
}

function dispatched(id: string) {
  return { task: ['build', 'unit', 'deploy'].indexOf(id), dispatch: 1 };
}
