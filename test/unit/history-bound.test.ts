import { describe, expect, test } from 'vitest';
import type { SchedulerCommand } from '../../src/core/command.js';
import { HistoryBound } from '../../src/core/history-bound.js';
import { compile, workflow } from '../../src/index.js';

const plan = compile(
  workflow('bounded', {}, ({ task, sleep }) => {
    task('remote', { run: () => 1 });
    task('near', { placement: 'local', run: () => 1 });
    sleep('pause', '1s');
  }),
);

const ref = (id: string) => ({ task: plan.tasks.findIndex((task) => task.id === id), dispatch: 1 });
const start = (id: string): SchedulerCommand => ({
  kind: 'startTask',
  call: 'run',
  attemptsUsed: 0,
  attemptsLeft: 3,
  ...ref(id),
});
const by = { id: 'order-1', actor: 'ann', at: 0 };

describe('what a run is told and commands counts as all that history can have of it, with a workflow task of its own:', () => {
  test.for<[string, (bound: HistoryBound) => void, number]>([
    ['the start', (bound) => bound.tell({ kind: 'runStarted', at: 0 }), 4],
    ['a request to cancel', (bound) => bound.tell({ kind: 'runCancelRequested', at: 0 }), 4],
    ['a signal', (bound) => bound.tell({ kind: 'toldByRun', told: 'pause', at: 0 }), 4],
    ['an order', (bound) => bound.tell({ kind: 'ordered', order: { verb: 'pause' }, by, at: 0 }), 5],
    [
      'an order with a value, which a worker has checked',
      (bound) => bound.tell({ kind: 'ordered', order: { verb: 'complete', task: 'remote' }, by, at: 0 }),
      11,
    ],
    ['an activity', (bound) => bound.command(start('remote')), 6],
    ['a local activity, which has none', (bound) => bound.command(start('near')), 1],
    ['its next attempt, after a timer', (bound) => bound.retry(), 6],
    ['a timer', (bound) => bound.command({ kind: 'startTimer', timer: 'wait', delay: 1, ...ref('pause') }), 1],
    ['its end', (bound) => bound.tell({ kind: 'timerElapsed', at: 0, ...ref('pause') }), 4],
    ['its end before its time', (bound) => bound.command({ kind: 'cancelTimer', ...ref('pause') }), 1],
    ['a request to an activity', (bound) => bound.command({ kind: 'cancelTask', ...ref('remote') }), 5],
    ['a child workflow, that starts and ends', (bound) => bound.command({ kind: 'startChild', ...ref('remote') }), 9],
    ['what history has nothing of', (bound) => bound.tell({ kind: 'drainStarted', at: 0 }), 0],
  ])('%s', ([, happen, events]) => {
    const bound = new HistoryBound(plan);
    happen(bound);
    expect(bound.extent.events).toBe(events);
  });
});

test('bytes are those of what is started, of failures and of orders', () => {
  const bound = new HistoryBound(plan);
  bound.add(1_000);
  const error = { type: 'Error', message: 'm'.repeat(50), stack: 's'.repeat(500) };
  bound.tell({ kind: 'taskFailed', error, at: 0, attempts: 1, ...ref('remote') });
  expect(bound.extent.bytes).toBe(1_550);
  bound.tell({ kind: 'ordered', order: { verb: 'complete', task: 'remote', output: 'x'.repeat(100) }, by, at: 0 });
  expect(bound.extent.bytes).toBeGreaterThan(1_650);
});
