import { describe, expect, test } from 'vitest';
import type { SchedulerCommand } from '../../src/core/command.js';
import type { Json } from '../../src/core/json.js';
import { Scheduler } from '../../src/core/scheduler.js';
import type { SchedulerState } from '../../src/core/scheduler-state.js';
import { type PlanSettings, planOf } from '../model/arbitrary-plan.js';
import { giveOrder } from '../support/give-order.js';
import { type Outcome, playRun, START, statesOf } from '../support/played-run.js';

const LATER = START + 60_000;

describe('a run that goes on from its state', () => {
  test('is the same: what it saves then is what it was given', () => {
    const { scheduler } = runOf(
      { a: [], b: ['a'], c: ['b'], gate: ['a'], map: [] },
      { onFailure: 'hold', kinds: { gate: { kind: 'approval' }, map: { kind: 'map' }, a: { compensate: true } } },
      { b: 'fails', map: { output: [1, 2, 3] }, 'map[1]': 'fails' },
    );
    giveOrder(scheduler, { verb: 'pause' }, { reason: 'lunch' });
    const state = sent(scheduler.save(START));
    expect(sent(new Scheduler(scheduler.plan, state).save(START))).toEqual(state);
  });

  test('dispatches what was ready', () => {
    const before = drainedAfter('a', { a: [], b: [] }, { maxConcurrentTasks: 1 });
    const { commands } = goOn(before.scheduler);
    expect(commands).toMatchObject([{ kind: 'startTask', task: 1, dispatch: 1 }]);
  });

  test('dispatches nothing again that has settled', () => {
    const before = runOf({ a: [], b: [] }, {}, { b: 'isSkipped' });
    const { commands, scheduler } = goOn(before.scheduler);
    expect(commands).toEqual([]);
    expect(statesOf(scheduler)).toEqual({ a: 'succeeded', b: 'skipped' });
  });

  test('keeps outputs', () => {
    const { scheduler } = goOn(
      runOf({ a: [], gate: ['a'] }, { kinds: { gate: { kind: 'event' } } }, { a: { output: 'image' } }).scheduler,
    );
    expect(scheduler.needsOf(1)).toEqual({ a: 'image' });
  });

  test('waits as long as there is left', () => {
    const before = runOf({ nap: [] }, { kinds: { nap: { kind: 'sleep', wait: { duration: 100_000 } } } });
    expect(goOn(before.scheduler).commands).toEqual([
      { kind: 'startTimer', task: 0, dispatch: 1, timer: 'wait', delay: 40_000 },
    ]);
  });

  test('ends a wait at once, whose time has come meanwhile', () => {
    const before = runOf({ nap: [] }, { kinds: { nap: { kind: 'sleep', wait: { duration: 1_000 } } } });
    expect(goOn(before.scheduler).commands).toMatchObject([{ kind: 'startTimer', delay: 0 }]);
  });

  test('holds what was held, for as long as there is left', () => {
    const before = runOf({ a: [] }, { onFailure: 'hold', holdTimeout: 100_000 }, { a: 'fails' });
    const { scheduler, commands } = goOn(before.scheduler);
    expect(commands).toMatchObject([{ kind: 'startTimer', timer: 'hold', delay: 41_000 }]);
    expect(scheduler.unit({ task: 0 })).toMatchObject({ state: 'held', cause: { error: { message: 'a broke' } } });
  });

  test('dispatches under new numbers what is retried', () => {
    const { scheduler } = goOn(runOf({ a: [] }, { onFailure: 'hold' }, { a: 'fails' }).scheduler);
    expect(giveOrder(scheduler, { verb: 'retry', task: 'a' })).toMatchObject([
      { kind: 'startTask', dispatch: 2, attemptsUsed: 3, attemptsLeft: 3 },
    ]);
  });

  test('takes a decision that had come early', () => {
    const edges = { build: [], gate: ['build'] };
    const before = runOf(edges, { onFailure: 'hold', kinds: { gate: { kind: 'approval' } } }, { build: 'fails' });
    giveOrder(before.scheduler, { verb: 'approve', task: 'gate' });
    const { scheduler } = goOn(before.scheduler);
    giveOrder(scheduler, { verb: 'complete', task: 'build' });
    expect(statesOf(scheduler)).toEqual({ build: 'succeeded', gate: 'succeeded' });
  });

  test('stays paused', () => {
    const before = runOf({ gate: [], a: ['gate'] }, { kinds: { gate: { kind: 'approval' } } });
    giveOrder(before.scheduler, { verb: 'pause' });
    const { scheduler } = goOn(before.scheduler);
    expect(scheduler.isPaused).toBe(true);
    expect(giveOrder(scheduler, { verb: 'approve', task: 'gate' })).toEqual([]);
    expect(giveOrder(scheduler, { verb: 'resume' })).toMatchObject([{ kind: 'startTask', task: 1 }]);
  });

  test('keeps its audit trail', () => {
    const before = runOf({ gate: [] }, { kinds: { gate: { kind: 'approval' } } });
    giveOrder(before.scheduler, { verb: 'pause' }, { id: 'u1', actor: 'anna', reason: 'lunch' });
    expect(goOn(before.scheduler).scheduler.audit).toEqual([
      { id: 'u1', actor: 'anna', reason: 'lunch', verb: 'pause', at: START + 30_000 },
    ]);
  });

  test('blames the same need as before', () => {
    const edges = { a: [], b: [], gate: [], end: ['a', 'b', 'gate'] };
    const rules = { end: { trigger: 'all_failed' } } as const;
    const before = runOf(edges, { kinds: { gate: { kind: 'approval' } }, rules }, { a: 'fails', b: 'isSkipped' });
    const ends = [before.scheduler, goOn(before.scheduler).scheduler].map((scheduler) => {
      giveOrder(scheduler, { verb: 'approve', task: 'gate' });
      return scheduler.unit({ task: 3 }).cause;
    });
    expect(ends[1]).toEqual(ends[0]);
  });

  test('goes on with the items of a map that had not ended', () => {
    const before = drainedAfter(
      'map',
      { map: [] },
      { kinds: { map: { kind: 'map', map: { concurrency: 1 } } } },
      { output: ['a', 'b', 'c'] },
    );
    const { commands, scheduler } = goOn(before.scheduler);
    expect(commands).toMatchObject([{ kind: 'startTask', part: 0, call: 'run' }]);
    expect(scheduler.map(0)?.of.items).toEqual(['a', 'b', 'c']);
  });

  test('counts the failures of a map, which had been before', () => {
    const kinds = { map: { kind: 'map', map: { tolerate: { count: 1 } } } } as const;
    const before = runOf(
      { map: [] },
      { onFailure: 'hold', kinds },
      { map: { output: ['a', 'b'] }, 'map[0]': 'fails', 'map[1]': 'fails' },
    );
    const { scheduler } = goOn(before.scheduler);
    expect(scheduler.partsOf(0).map(({ state }) => state)).toEqual(['failed', 'held']);
    giveOrder(scheduler, { verb: 'fail', task: 'map[1]', message: 'no' });
    expect(scheduler.outcome).toBe('failed');
  });

  test('compensates what was not compensated yet, in its order', () => {
    const edges = { a: [], b: ['a'], c: ['b'], d: ['c'] };
    const kinds = { a: { compensate: true }, b: { compensate: true }, c: { compensate: true } } as const;
    const before = drainedAfter('d', edges, { kinds }, 'fails');
    expect(before.scheduler.stage).toBe('compensating');
    const { commands, scheduler } = goOn(before.scheduler);
    expect(commands).toMatchObject([{ kind: 'startTask', task: 2, undo: true, call: 'compensate' }]);
    const next = scheduler.apply({
      kind: 'taskSucceeded',
      task: 2,
      undo: true,
      dispatch: 1,
      output: null,
      attempts: 1,
      at: LATER,
    });
    expect(next).toMatchObject([{ kind: 'startTask', task: 1, undo: true }]);
  });

  test('destroys a resource that nobody needs any more', () => {
    const edges = { db: [], test: ['db'], gate: [] };
    const kinds = { db: { kind: 'resource' }, gate: { kind: 'approval' } } as const;
    const before = drainedAfter('test', edges, { kinds });
    expect(goOn(before.scheduler).commands).toMatchObject([
      { kind: 'startTask', task: 0, undo: true, call: 'destroy' },
    ]);
  });

  test('runs its last node when all else has ended', () => {
    const before = drainedAfter('a', { a: [] }, { finish: true });
    expect(goOn(before.scheduler).commands).toMatchObject([{ kind: 'startTask', call: 'finish' }]);
  });

  test('that had been stopped starts nothing', () => {
    const edges = { a: [], b: [], nap: [] };
    const kinds = { nap: { kind: 'sleep', wait: { duration: 1 } } } as const;
    const before = runOf(edges, { kinds, onFailure: 'stop' }, { a: 'fails' });
    expect(goOn(before.scheduler).scheduler.isClosed).toBe(true);
  });
});

function runOf(
  edges: Readonly<Record<string, readonly string[]>>,
  settings: PlanSettings = {},
  outcomes: Readonly<Record<string, Outcome>> = {},
) {
  return playRun(planOf(edges, settings), outcomes);
}

/** A run that was asked to start nothing new while the given task ran, the last one. */
function drainedAfter(
  last: string,
  edges: Readonly<Record<string, readonly string[]>>,
  settings: PlanSettings,
  outcome: { readonly output: Json } | 'fails' = { output: last },
) {
  const { scheduler } = runOf(edges, settings, { [last]: 'neverEnds' });
  const ref = { task: scheduler.indexOf(last) ?? -1, dispatch: 1, attempts: 1, at: START + 30_000 };
  scheduler.apply({ kind: 'drainStarted', at: START });
  const error = { type: 'Error', message: 'it broke' };
  scheduler.apply(
    outcome === 'fails' ? { kind: 'taskFailed', ...ref, error } : { kind: 'taskSucceeded', ...ref, ...outcome },
  );
  return { scheduler };
}

function goOn(scheduler: Scheduler): { readonly scheduler: Scheduler; readonly commands: readonly SchedulerCommand[] } {
  const state: SchedulerState = sent(scheduler.save(START));
  const restored = new Scheduler(scheduler.plan, state);
  return { scheduler: restored, commands: restored.apply({ kind: 'runContinued', at: LATER }) };
}

function sent<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}
