import { describe, expect, test } from 'vitest';
import { childArguments } from '../../src/core/child-arguments.js';
import { childStart } from '../../src/core/child-start.js';
import { renderRunDetails } from '../../src/core/details/run-details.js';
import { withoutItemTimes } from '../../src/core/map-state.js';
import { decideRerun } from '../../src/core/rerun/rerun-decision.js';
import { rerunState } from '../../src/core/rerun/rerun-state.js';
import { Scheduler } from '../../src/core/scheduler.js';
import type { SchedulerState } from '../../src/core/scheduler-state.js';
import { readTasks, takeSnapshot } from '../../src/core/snapshot.js';
import { type RunFacts, taskArgument } from '../../src/core/task-argument.js';
import { compile, workflow } from '../../src/index.js';
import { planOf } from '../model/arbitrary-plan.js';

const CACHED = { workflowId: 'release-41', runId: 'a' };
const FACTS: RunFacts = { input: undefined, rootRunId: 'first', ownRunId: 'first' };
const plan = planOf({ build: [], unit: ['build'] });

/** A run whose `build` was found in the cache. */
function cachedRun(): Scheduler {
  const scheduler = new Scheduler(plan);
  scheduler.apply({ at: 0, kind: 'runStarted' });
  const build = { kind: 'taskSucceeded', task: 0, dispatch: 1, output: 'image', attempts: 1 } as const;
  scheduler.apply({ at: 1, ...build, cached: CACHED });
  return scheduler;
}

const sent = <T>(value: T): T => JSON.parse(JSON.stringify(value));
const cachedOf = (scheduler: Scheduler) =>
  readTasks(sent(takeSnapshot(scheduler, 0))).map(({ id, cached }) => [id, cached]);

describe('that an output came from the cache', () => {
  test('is in the state of the run', () => {
    expect(cachedOf(cachedRun())).toEqual([
      ['build', CACHED],
      ['unit', undefined],
    ]);
  });

  test('is in the details that people see', () => {
    expect(renderRunDetails(cachedRun())).toContain('from the cache: run release-41');
  });

  test('is carried over to the next execution', () => {
    const next = new Scheduler(plan, sent(cachedRun().save()));
    expect(cachedOf(next)[0]).toEqual(['build', CACHED]);
  });

  test('is kept in a rerun that uses the output again', () => {
    const old = cachedRun();
    old.apply({
      at: 2,
      kind: 'taskFailed',
      task: 1,
      dispatch: 1,
      error: { type: 'Error', message: 'it broke' },
      attempts: 1,
    });
    const decisions = decideRerun({ old, plan, from: 'failed', isInputChanged: false, misfits: new Map() });
    const rerun = new Scheduler(plan, sent(rerunState({ old, plan }, decisions, 0)));
    expect(cachedOf(rerun)[0]).toEqual(['build', CACHED]);
  });

  test('is left out with the times where there is no room for all', () => {
    const items = { states: '+', attempts: {}, scheduled: [1], settled: [2], causes: {}, cached: COLUMN };
    const report = { outputs: [1], items, failed: 0, reasons: [], startedAt: 0 };
    const { tasks, ...rest } = cachedRun().save();
    const parts = { ...tasks, outputs: { 0: sent(report) } };
    const state: SchedulerState = {
      ...rest,
      tasks,
      maps: { 0: { items: [1], from: 0, shardSize: 1, tolerated: 0, parts } },
    };
    const outputs = withoutItemTimes(state).maps?.[0]?.parts?.outputs;
    const { cached: _, ...others } = items;
    expect(outputs?.[0]).toEqual({ ...report, items: { ...others, scheduled: [], settled: [] } });
  });
});

describe('that the cache is bypassed', () => {
  const bypassing: RunFacts = { ...FACTS, cache: 'bypass' };

  test('is told to the call of a handler', () => {
    const scheduler = new Scheduler(plan);
    const start = { kind: 'startTask', task: 0, dispatch: 1, call: 'run', attemptsUsed: 0, attemptsLeft: 3 } as const;
    scheduler.apply({ at: 0, kind: 'runStarted' });
    expect(taskArgument(scheduler, start, bypassing).pawl.cache).toBe('bypass');
    expect(taskArgument(scheduler, start, FACTS).pawl).not.toHaveProperty('cache');
  });

  test.each([
    ['a child workflow', { task: 0 }],
    ["a shard of a map's items", { task: 1, part: 0 }],
  ])('is told to %s', (_, ref) => {
    const child = workflow('child', {}, ({ task }) => void task('only', { run: () => 1 }));
    const parent = workflow('parent', {}, ({ subworkflow, map }) => {
      subworkflow('sub', child);
      map('smoke', { over: () => [0], run: () => 1 });
    });
    const scheduler = new Scheduler(compile(parent));
    const items = Array.from({ length: 1_001 }, (_, item) => item);
    scheduler.apply({ at: 0, kind: 'runStarted' });
    scheduler.apply({ at: 1, kind: 'taskSucceeded', task: 1, dispatch: 1, attempts: 1, output: items });
    const [, envelope] = childArguments('r', childStart(scheduler, ref), bypassing);
    expect(envelope.cache).toBe('bypass');
  });
});

const COLUMN = { runs: [['release-41', 'a']], of: { 0: 0 } } as const;
