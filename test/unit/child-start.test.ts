import { describe, expect, test } from 'vitest';
import { childId, childStart, shardReport, shardsAtOnce } from '../../src/core/child-start.js';
import { taskAt } from '../../src/core/plan.js';
import { readPlan } from '../../src/core/read-plan.js';
import { Scheduler } from '../../src/core/scheduler.js';
import { itemOutput } from '../../src/core/shard-report.js';
import type { NodeKindSettings } from '../model/arbitrary-kinds.js';
import { planOf } from '../model/arbitrary-plan.js';
import { giveOrder } from '../support/give-order.js';
import { type Outcome, playRun, START, statesOf } from '../support/played-run.js';

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('the child workflow of a subworkflow', () => {
  test('has the name and the plan of the child', () => {
    const scheduler = runOf({ kind: 'subworkflow', child: 0 }, { it: 'neverEnds' });
    expect(childStart(scheduler, { task: 1 })).toMatchObject({
      workflowType: 'child',
      id: 'it',
      plan: { workflow: 'child' },
      input: undefined,
      shard: undefined,
      state: undefined,
    });
  });

  test('has the input that a worker made', () => {
    const scheduler = new Scheduler(
      planOf({ it: [] }, { kinds: { it: { kind: 'subworkflow', child: 0, asks: true } } }),
    );
    scheduler.apply({ kind: 'runStarted', at: 0 });
    scheduler.apply({ kind: 'taskSucceeded', task: 0, dispatch: 1, output: { name: 'eu' }, attempts: 1, at: 1 });
    expect(childStart(scheduler, { task: 0 }).input).toEqual({ name: 'eu' });
  });
});

describe('the child workflow of an item', () => {
  test('has the item as its input', () => {
    const scheduler = runOf({ kind: 'map', child: 0 }, { it: { output: ['eu', 'us'] }, 'it[1]': 'neverEnds' });
    expect(childStart(scheduler, { task: 1, part: 1 })).toMatchObject({
      workflowType: 'child',
      id: 'it[1]',
      input: 'us',
    });
  });
});

describe('the id of a child workflow', () => {
  test('is numbered from the second start on', () => {
    const scheduler = runOf({ kind: 'subworkflow', child: 0 }, { it: 'neverEnds' });
    expect([1, 2].map((dispatch) => childId(scheduler, { task: 1, dispatch }))).toEqual(['it', 'it#2']);
  });

  test('does not count the dispatches that asked a worker for its input', () => {
    const scheduler = runOf({ kind: 'subworkflow', child: 0, asks: true }, { it: 'neverEnds' });
    expect([2, 4].map((dispatch) => childId(scheduler, { task: 1, dispatch }))).toEqual(['it', 'it#2']);
  });

  test('of a shard is that of its first dispatch, though its items ask', () => {
    const scheduler = runOf(
      { kind: 'map', child: 0, asks: true },
      { it: { output: numbers(1_500) }, 'it[0..999]': 'neverEnds' },
    );
    expect(childId(scheduler, { task: 1, part: 0, dispatch: 1 })).toBe('it[0..999]');
  });
});

describe('the child workflow of a shard', () => {
  const parent = (settings: NodeKindSettings = {}) =>
    runOf({ kind: 'map', ...settings }, { build: { output: 'image' }, it: { output: numbers(2_500) }, ...neverEnding });
  const neverEnding = {
    'it[0..999]': 'neverEnds',
    'it[1000..1999]': 'neverEnds',
    'it[2000..2499]': 'neverEnds',
  } as const;

  test('has its share of the items, with their numbers in the whole map', () => {
    const start = childStart(parent(), { task: 1, part: 2 });
    expect(start).toMatchObject({ workflowType: 'model.it', id: 'it[2000..2499]', shard: { task: 1, from: 2_000 } });
    expect(start.state?.maps?.[1]?.items).toEqual(numbers(2_500).slice(2_000));
  });

  test('has a plan that stands alone: the map and what it needs', () => {
    const { plan } = childStart(parent(), { task: 1, part: 0 });
    expect(() => readPlan(JSON.parse(JSON.stringify(plan)))).not.toThrow();
    expect(plan.tasks.map(({ id, needs }) => ({ id, needs }))).toEqual([
      { id: 'build', needs: [] },
      { id: 'it', needs: [0] },
    ]);
  });

  test('has a plan that is well-formed whatever kind its needs are of', () => {
    const kinds = {
      event: { kind: 'event', wait: { timeout: 1_000 }, asks: true },
      sleep: { kind: 'sleep', wait: { duration: 1_000 } },
      map: { kind: 'map', map: { concurrency: 2 } },
      child: { kind: 'subworkflow', child: 0, asks: true },
      it: { kind: 'map' },
    } as const;
    const plan = planOf(
      { event: [], sleep: [], map: [], child: [], it: ['event', 'sleep', 'map', 'child'] },
      { kinds },
    );
    const scheduler = new Scheduler(plan);
    scheduler.apply({ kind: 'runStarted', at: 0 });
    for (const task of ['event', 'sleep', 'map', 'child']) giveOrder(scheduler, { verb: 'complete', task, output: 1 });
    scheduler.apply({ kind: 'taskSucceeded', task: 4, dispatch: 1, attempts: 1, at: 1, output: numbers(1_001) });
    const { plan: ofShard } = childStart(scheduler, { task: 4, part: 0 });
    expect(() => readPlan(JSON.parse(JSON.stringify(ofShard)))).not.toThrow();
  });

  test('shares the concurrency of the map', () => {
    const { plan } = childStart(parent({ map: { concurrency: 10 } }), { task: 1, part: 0 });
    expect(plan.tasks[1]?.map?.concurrency).toBe(3);
  });

  test('runs its items, and nothing else, from the state that it is given', () => {
    const { played } = runShard(parent(), 2, {});
    expect(played.dispatched).toHaveLength(500);
    expect([played.dispatched[0], played.dispatched.at(-1)]).toEqual(['it[2000]', 'it[2499]']);
    expect(played.scheduler.needsOf(1)).toEqual({ build: 'image' });
    expect(statesOf(played.scheduler)).toEqual({ build: 'succeeded', it: 'succeeded' });
  });

  test('begins paused, where the run was paused after it was dispatched', () => {
    const scheduler = parent();
    expect(childStart(scheduler, { task: 1, part: 0 }).state?.progress.isPaused).toBeUndefined();
    giveOrder(scheduler, { verb: 'pause' });
    expect(runShard(scheduler, 0, {}).played.dispatched).toEqual([]);
    giveOrder(scheduler, { verb: 'resume' });
    expect(runShard(scheduler, 0, {}).played.dispatched).toHaveLength(1_000);
  });

  test('reports what became of each item', () => {
    const { report } = runShard(parent(), 2, { 'it[2003]': 'fails', 'it[2004]': 'fails' });
    expect(report).toMatchObject({
      failed: 2,
      reasons: ['it[2003]: it[2003] broke', 'it[2004]: it[2004] broke'],
      startedAt: START,
    });
    expect(report.items.states.slice(0, 6)).toBe('sssffs');
    expect([2, 3, 4, 5].map((item) => itemOutput(report, item))).toEqual(['it[2002]', null, null, 'it[2005]']);
    expect(report).not.toHaveProperty('cancelled');
  });

  test('runs all its items, though more fail than the map tolerates: the parent counts', () => {
    const { report } = runShard(parent(), 2, { 'it[2000]': 'fails' });
    expect(report.items.states).toBe(`f${'s'.repeat(499)}`);
  });

  test('reports that it was cancelled', () => {
    const start = childStart(parent(), { task: 1, part: 2 });
    const scheduler = new Scheduler(start.plan, start.state);
    scheduler.apply({ kind: 'runContinued', at: START });
    scheduler.apply({ kind: 'runCancelRequested', at: START });
    for (let part = 0; part < 500; part++) {
      scheduler.apply({ kind: 'taskCancelled', task: 1, part, dispatch: 1, attempts: 1, at: START + 1 });
    }
    expect(scheduler.outcome).toBe('cancelled');
    expect(shardReport(scheduler, 1, START)).toMatchObject({ cancelled: true, failed: 0 });
  });

  test('of a run that goes on from another runs only what had not succeeded there', () => {
    const before = runShard(parent(), 2, { 'it[2003]': 'fails' }).report;
    const scheduler = parent();
    const shard = scheduler.unit({ task: 1, part: 2 });
    shard.output = JSON.parse(JSON.stringify(before));
    const { played, report } = runShard(scheduler, 2, {});
    expect(played.dispatched).toEqual(['it[2003]']);
    expect(report.outputs).toEqual(numbers(500).map((i) => `it[${2_000 + i}]`));
  });
});

test('four shards run at once, or fewer where the concurrency is less', () => {
  const many = planOf({ it: [] }, { kinds: { it: { kind: 'map', map: {} } } });
  const few = planOf({ it: [] }, { kinds: { it: { kind: 'map', map: { concurrency: 2 } } } });
  expect([many, few].map((plan) => shardsAtOnce(plan, taskAt(plan, 0)))).toEqual([4, 2]);
});

/** A run with the node `it`, which needs `build`. */
function runOf(settings: NodeKindSettings, outcomes: Readonly<Record<string, Outcome>>): Scheduler {
  return playRun(planOf({ build: [], it: ['build'] }, { kinds: { it: settings } }), outcomes).scheduler;
}

function runShard(parent: Scheduler, part: number, outcomes: Readonly<Record<string, Outcome>>) {
  const { plan, state, shard } = JSON.parse(JSON.stringify(childStart(parent, { task: 1, part })));
  const played = playRun(plan, outcomes, state);
  return { played, report: shardReport(played.scheduler, shard.task, START) };
}
