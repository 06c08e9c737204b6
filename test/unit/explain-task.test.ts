import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { explainItem, explainTask } from '../../src/client/explain-task.js';
import { buildItemsPage, listItems } from '../../src/client/run-items.js';
import { buildSnapshot, type RunIdentity } from '../../src/client/run-snapshot.js';
import type { PendingAttempt } from '../../src/client/task-snapshot.js';
import type { SchedulerEvent } from '../../src/core/event.js';
import type { Order } from '../../src/core/order.js';
import { takeSnapshot } from '../../src/core/snapshot.js';
import { compile, UnknownTaskError, type WorkflowDefinition, workflow } from '../../src/index.js';
import { type Outcome, type PlayedRun, playRun, START } from '../support/played-run.js';

const run = () => 'done';

const release = workflow('release', { onFailure: 'hold', holdTimeout: '1h' }, ({ task, map, approval, event }) => {
  const build = task('build', { run });
  const scan = task('scan', { needs: { build }, when: () => true, run });
  task('report', { needs: { scan }, run });
  const smoke = map('smoke', { needs: { build }, over: () => ['eu', 'us'], tolerate: 1, run });
  const goLive = approval('go-live', { needs: { smoke }, timeout: '24h' });
  const window = event('window', { schema: z.string() });
  task('deploy', { needs: { goLive, window }, run });
});

const failing = workflow('failing', {}, ({ task }) => {
  const build = task('build', { run });
  const unit = task('unit', { needs: { build }, run });
  const deploy = task('deploy', { needs: { unit }, run });
  task('notify', { needs: { deploy }, run });
});

const items: Outcome = { output: ['eu', 'us'] };

describe('a task that', () => {
  test('succeeded says when', () => {
    expect(explain(failing, {}, 'build')).toBe('build succeeded at 2026-01-01T00:00:01.000Z');
  });

  test('failed says after how many attempts, and why', () => {
    expect(explain(failing, { unit: 'fails' }, 'unit')).toBe(
      'unit failed at 2026-01-01T00:00:02.000Z after 3 attempts: unit broke',
    );
  });

  test('could not run because of a failure says the chain down to it', () => {
    expect(explain(failing, { unit: 'fails' }, 'notify').split('\n')).toEqual([
      "notify is upstream_failed at 2026-01-01T00:00:02.000Z: because 'unit' failed, through 'deploy'",
      "  deploy is upstream_failed at 2026-01-01T00:00:02.000Z: because 'unit' failed",
      '  unit failed at 2026-01-01T00:00:02.000Z after 3 attempts: unit broke',
    ]);
  });

  test('was skipped with another says the chain down to the condition', () => {
    expect(explain(release, { scan: 'isSkipped', smoke: 'neverEnds' }, 'report').split('\n')).toEqual([
      "report is skipped at 2026-01-01T00:00:03.000Z: because 'scan' was skipped",
      '  scan is skipped at 2026-01-01T00:00:03.000Z: its condition said no',
    ]);
  });

  test('is pending says what it waits for, and what that is doing', () => {
    expect(explain(failing, { build: 'neverEnds' }, 'deploy').split('\n')).toEqual([
      'deploy is pending: it waits for what it needs: unit',
      '  unit is pending: it waits for what it needs: build',
      '  build is running since 2026-01-01T00:00:00.000Z, in attempt 1',
    ]);
  });

  test('is held says until when, and how to go on', () => {
    expect(explain(release, { build: 'fails' }, 'build').split('\n')).toEqual([
      'build is held: it failed after 3 attempts: build broke',
      '  it counts as failed at 2026-01-01T01:00:01.000Z',
      "  to go on: task('build').retry(), .skip(), .complete(output), .fail(message) or .cancel()",
    ]);
  });

  test('waits for a decision says since when, until when, and how to give it', () => {
    expect(explain(release, { smoke: items }, 'go-live').split('\n')).toEqual([
      'go-live waits for a decision since 2026-01-01T00:00:05.000Z, until 2026-01-02T00:00:05.000Z',
      "  to go on: approve('go-live') or reject('go-live')",
    ]);
  });

  test('waits for a value without limit says so', () => {
    expect(explain(release, {}, 'window')).toContain(
      'window waits for its value since 2026-01-01T00:00:00.000Z, without limit',
    );
  });

  test('was skipped by an operator says by whom', () => {
    const played = playRun(compile(release), { smoke: items });
    order(played, { verb: 'skip', task: 'window' });
    expect(explainTask(snapshotOf(played), 'window')).toBe(
      'window is skipped at 2026-01-01T00:00:00.001Z: skipped by ann: not needed',
    );
  });

  test('runs says the attempt and the last failure that the server knows of', () => {
    const played = playRun(compile(failing), { build: 'neverEnds' });
    const pending = {
      attempt: 2,
      startedAt: new Date(START + 500),
      lastFailure: { type: 'Error', message: 'no disk' },
    };
    expect(explainTask(snapshotOf(played, { build: pending }), 'build').split('\n')).toEqual([
      'build is running since 2026-01-01T00:00:00.500Z, in attempt 2',
      '  its last attempt failed: no disk',
    ]);
  });

  test('is a map whose items run says how they stand', () => {
    expect(explain(release, { smoke: items, 'smoke[1]': 'neverEnds' }, 'smoke')).toContain(
      'of the 2 items of smoke 1 is running, 1 is succeeded',
    );
  });

  test('was compensated says so', () => {
    const trip = workflow('trip', {}, ({ task }) => {
      const flight = task('flight', { run, compensate: () => {} });
      task('hotel', { needs: { flight }, run });
    });
    expect(explain(trip, { hotel: 'fails' }, 'flight')).toContain('flight was compensated');
    expect(explain(trip, { hotel: 'fails', 'flight:compensate': 'fails' }, 'flight')).toContain(
      'what flight did could not be undone: flight:compensate broke',
    );
  });

  test('is there not, is an error', () => {
    expect(() => explain(failing, {}, 'bild')).toThrow(UnknownTaskError);
  });
});

test('in a paused run, a task that could start says that the run is paused', () => {
  const played = playRun(compile(failing), { build: 'neverEnds' });
  order(played, { verb: 'pause' });
  apply(played, { kind: 'taskSucceeded', task: 0, dispatch: 1, attempts: 1, output: null, at: START + 5_000 });
  expect(explainTask(snapshotOf(played), 'unit')).toBe('unit is pending: the run is paused; resume() lets it go on');
});

test('a long chain leaves out its middle', () => {
  const line = workflow('line', {}, ({ task }) => {
    let last = task('t0', { run });
    for (let i = 1; i < 100; i++) last = task(`t${i}`, { needs: { last }, run });
  });
  const lines = explain(line, { t0: 'fails' }, 't99').split('\n');
  expect(lines).toHaveLength(22);
  expect(lines[11]).toBe('  … and 79 more …');
  expect(lines.at(-1)).toContain('t0 failed');
});

describe('an item that', () => {
  test('failed says why', () => {
    expect(explainOf('smoke[1]', { smoke: items, 'smoke[1]': 'fails' })).toBe(
      'smoke[1] failed at 2026-01-01T00:00:05.000Z after 3 attempts: smoke[1] broke',
    );
  });

  test('is not there yet says what its map is doing', () => {
    expect(explainOf('smoke[1]', { smoke: 'neverEnds' }).split('\n')).toEqual([
      'smoke[1] is not there yet',
      'smoke is running since 2026-01-01T00:00:01.000Z, in attempt 1',
    ]);
  });

  test('does not exist is an error that says which do', () => {
    expect(() => explainOf('smoke[7]', { smoke: items })).toThrow('smoke[0] to smoke[1]');
  });

  function explainOf(id: string, outcomes: Readonly<Record<string, Outcome>>): string {
    const played = playRun(compile(release), outcomes);
    const request = { items: 'smoke', from: Number(/\d+/.exec(id)?.[0]), limit: 1 };
    const wire = takeSnapshot(played.scheduler, START, request);
    const map = wire.maps?.[wire.ids.indexOf('smoke')];
    const page = buildItemsPage(wire, map, request, listItems(wire, request) ?? [], new Map());
    return explainItem(snapshotOf(played), page, id);
  }
});

function explain(definition: WorkflowDefinition, outcomes: Readonly<Record<string, Outcome>>, id: string): string {
  return explainTask(snapshotOf(playRun(compile(definition), outcomes)), id);
}

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

/** What runs has been taken by a worker. */
function snapshotOf({ scheduler }: PlayedRun, pending: Readonly<Record<string, PendingAttempt>> = {}) {
  const taken = scheduler.tasks
    .filter(({ state, isInFlight }) => state === 'running' && isInFlight)
    .map(({ ref, scheduledAt = START }): [string, PendingAttempt] => [
      scheduler.idOf(ref),
      { attempt: 1, startedAt: new Date(scheduledAt), lastFailure: undefined },
    ]);
  const attempts = new Map([...taken, ...Object.entries(pending)]);
  return buildSnapshot(identity, takeSnapshot(scheduler, START), attempts, undefined);
}

function order(played: PlayedRun, given: Order): void {
  apply(played, {
    kind: 'ordered',
    order: given,
    by: { id: 'update-1', actor: 'ann', reason: 'not needed' },
    at: START + 1,
  });
}

function apply({ scheduler }: PlayedRun, event: SchedulerEvent): void {
  scheduler.apply(event);
}
