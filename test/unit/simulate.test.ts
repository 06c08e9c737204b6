import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { compile, InvalidInputError, type Plan, workflow } from '../../src/index.js';
import { InvalidOutcomeError, SimulationLimitError, simulate, UnknownTaskError } from '../../testing/index.js';

const build = vi.fn(() => 'image');
const release = workflow('release', { input: z.object({ dir: z.string() }) }, ({ task, approval, map }) => {
  const built = task('build', { run: build });
  const unit = task('unit', { needs: { built }, run: () => 'ok' });
  const smoke = map('smoke', { needs: { built }, over: () => ['eu', 'us'], concurrency: 2, run: () => 'ok' });
  const goLive = approval('go-live', { needs: { unit, smoke }, timeout: '1 day' });
  task('deploy', { needs: { goLive }, run: () => 'deployed', compensate: () => {} });
});

describe('a simulation', () => {
  test('plays a run through in which everything succeeds, calling nothing', async () => {
    const run = await simulate(release, { dir: '.' });
    expect(run.outcome).toBe('completed');
    expect([...run.tasks].map(([id, { state }]) => `${id} ${state}`)).toEqual([
      'build succeeded',
      'unit succeeded',
      'smoke succeeded',
      'go-live succeeded',
      'deploy succeeded',
    ]);
    expect(build).not.toHaveBeenCalled();
  });

  test('takes a second for each call, unless it is told otherwise', async () => {
    const usual = await simulate(release, undefined, { outcomes: { smoke: { items: 3 } } });
    // build, over, two items and the third, the approval, deploy
    expect(usual.makespan).toBe(6_000);
    const told = await simulate(release, undefined, {
      durations: { build: 10, unit: 20, smoke: 1, 'smoke[*]': 5, 'go-live': 100 },
    });
    expect(told.makespan).toBe(10 + 20 + 100 + 1_000);
    expect(told.task('deploy')).toMatchObject({ startedAt: 130, endedAt: 1_130 });
  });

  test('takes durations and outcomes from functions as well', async () => {
    const run = await simulate(release, undefined, {
      outcomes: (id) => (id === 'unit' ? 'fail' : undefined),
      durations: (id) => (id.startsWith('smoke') ? 7 : 1),
    });
    expect(run.task('unit').state).toBe('failed');
    expect(run.task('smoke').endedAt).toBe(1 + 7 + 7);
  });

  test('tells the order in which things began and ended', async () => {
    const run = await simulate(release, undefined, { outcomes: { smoke: { items: 2 } }, durations: { unit: 5_000 } });
    expect(run.dispatched).toEqual(['build', 'unit', 'smoke', 'smoke[0]', 'smoke[1]', 'go-live', 'deploy']);
    expect(run.ended).toEqual(['build', 'smoke', 'smoke[0]', 'smoke[1]', 'unit', 'go-live', 'deploy']);
  });

  test('takes a plan instead of a definition', async () => {
    expect((await simulate(compile(release))).outcome).toBe('completed');
  });

  test('checks an input that it is given', async () => {
    await expect(simulate(release, { dir: 3 } as never)).rejects.toThrow(InvalidInputError);
  });

  test('does not know nodes that the workflow does not have', async () => {
    await expect(simulate(release, undefined, { outcomes: { biuld: 'fail' } })).rejects.toThrow(UnknownTaskError);
    await expect(simulate(release, undefined, { durations: { 'unit/x': 1 } })).rejects.toThrow(
      'runs no child workflow',
    );
  });

  test('ends when it has taken more transitions than it may', async () => {
    await expect(simulate(release, undefined, { maxTransitions: 3 })).rejects.toThrow(SimulationLimitError);
  });
});

describe('an outcome', () => {
  test('of a failure leads to what the policy says, with the cause in words', async () => {
    const run = await simulate(release, undefined, { outcomes: { unit: { fail: 'no tests' } } });
    expect(run.outcome).toBe('failed');
    expect(run.task('unit')).toMatchObject({ state: 'failed', cause: 'no tests' });
    expect(run.task('deploy')).toMatchObject({
      state: 'upstream_failed',
      cause: "because 'unit' failed, through 'go-live'",
      startedAt: undefined,
    });
  });

  test('of a skip is what a condition would do', async () => {
    const run = await simulate(release, undefined, { outcomes: { build: 'skip' } });
    expect(run.outcome).toBe('completed');
    expect(run.task('deploy')).toMatchObject({
      state: 'skipped',
      cause: "because 'build' was skipped, through 'go-live'",
    });
  });

  test('of a rejection fails an approval', async () => {
    const run = await simulate(release, undefined, { outcomes: { 'go-live': 'reject' } });
    expect(run.task('go-live').state).toBe('failed');
  });

  test('of a timeout lets the time of a wait pass', async () => {
    const run = await simulate(release, undefined, { outcomes: { 'go-live': 'timeout' } });
    expect(run.task('go-live').state).toBe('failed');
    expect(run.makespan).toBe(3_000 + 24 * 60 * 60 * 1_000);
  });

  test('of a value is sent to an event after some time', async () => {
    const definition = workflow('w', {}, ({ event }) => void event('day', { schema: z.number() }));
    const run = await simulate(definition, undefined, { outcomes: { day: { value: 3, after: 50 } } });
    expect([run.outcome, run.makespan]).toEqual(['completed', 50]);
  });

  test('of an item is told one by one, or for all of them', async () => {
    const outcomes = { smoke: { items: ['eu', 'us', 'asia'] }, 'smoke[1]': 'fail' } as const;
    const one = await simulate(release, undefined, { outcomes });
    expect(['smoke[0]', 'smoke[1]', 'smoke[2]'].map((id) => one.task(id).state)).toEqual([
      'succeeded',
      'failed',
      'succeeded',
    ]);
    expect(one.task('smoke').cause).toContain('1 of 3 items failed');
    const all = await simulate(release, undefined, { outcomes: { 'smoke[*]': 'fail' } });
    expect(all.task('smoke[0]').state).toBe('failed');
  });

  test.each([
    ['build', 'approve', 'a task'],
    ['unit', { items: 3 }, 'a task'],
    ['smoke', { output: 1 }, 'a map'],
    ['smoke[0]', 'skip', "a map's item"],
    ['go-live', 'skip', 'an approval'],
    ['deploy', 'sucseed', 'a task'],
  ])('of %s can not be %o', async (id, outcome, kind) => {
    const running = simulate(release, undefined, { outcomes: { [id]: outcome as never } });
    await expect(running).rejects.toThrow(InvalidOutcomeError);
    await expect(running).rejects.toThrow(`can not come of ${kind}; possible are `);
  });
});

describe('waits, children and undoing in a simulation', () => {
  const trip = workflow('trip', {}, ({ task, sleep }) => {
    const book = task('book', { run: () => {} });
    sleep('until', '1 hour', { needs: { book } });
  });

  test('a subworkflow is played by its own plan, under its path', async () => {
    const definition = workflow('w', {}, ({ subworkflow, task }) => {
      const one = subworkflow('one', trip);
      task('after', { needs: { one }, run: () => {} });
    });
    const run = await simulate(definition);
    expect(run.makespan).toBe(1_000 + 3_600_000 + 1_000);
    expect(run.task('one/book')).toMatchObject({ state: 'succeeded', startedAt: 0, endedAt: 1_000 });
    const failed = await simulate(definition, undefined, { outcomes: { 'one/book': 'fail' } });
    expect(failed.task('one')).toMatchObject({ state: 'failed', cause: expect.stringContaining("'book' failed") });
  });

  test('an outcome of the node itself stands for its child', async () => {
    const definition = workflow('w', {}, ({ subworkflow }) => void subworkflow('one', trip));
    const run = await simulate(definition, undefined, { outcomes: { one: 'fail' } });
    expect([run.makespan, run.task('one').state]).toEqual([1_000, 'failed']);
    expect(() => run.task('one/book')).toThrow('its child workflow has not started');
  });

  test('a map over a workflow plays a child for each item', async () => {
    const definition = workflow(
      'w',
      {},
      ({ map }) => void map('trips', { over: () => [null], workflow: trip, with: () => undefined }),
    );
    const run = await simulate(definition, undefined, {
      outcomes: { trips: { items: 3 }, 'trips[1]/book': 'fail' },
      durations: { 'trips[*]/book': 10 },
    });
    expect(run.task('trips[2]/book').state).toBe('succeeded');
    expect(run.task('trips[1]').state).toBe('failed');
  });

  test('compensations and `destroy`s run, and may fail', async () => {
    const undone = { outcomes: { pay: 'fail' } } as const;
    const definition = workflow('w', {}, ({ task, resource, onFinish }) => {
      const db = resource('db', { create: () => 'url', destroy: () => {} });
      const book = task('book', { needs: { db }, run: () => 'seat', compensate: () => {} });
      task('pay', { needs: { book }, run: () => {} });
      onFinish('notify', { run: () => {} });
    });
    const run = await simulate(definition, undefined, undone);
    expect(run.dispatched).toEqual(['db', 'book', 'db:destroy', 'pay', 'book:compensate', 'notify']);
    const broken = await simulate(definition, undefined, {
      outcomes: { ...undone.outcomes, 'book:compensate': 'fail' },
    });
    expect(broken.task('book:compensate').state).toBe('failed');
  });

  test('a run that waits for an operator stays open, and says for what', async () => {
    const definition = workflow('w', { onFailure: 'hold' }, ({ task, approval }) => {
      const build = task('build', { run: () => {} });
      approval('go-live');
      task('deploy', { needs: { build }, run: () => {} });
    });
    const run = await simulate(definition, undefined, { outcomes: { build: 'fail', 'go-live': 'timeout' } });
    expect([run.outcome, run.open]).toEqual([undefined, ['build', 'go-live']]);
    expect(run.task('deploy').state).toBe('pending');
  });

  test('what a policy cancels ends at once', async () => {
    const definition = workflow('w', { onFailure: 'cancel' }, ({ task, subworkflow, sleep }) => {
      task('build', { run: () => {} });
      task('long', { run: () => {} });
      subworkflow('one', trip);
      sleep('night', '1 day');
    });
    const run = await simulate(definition, undefined, { outcomes: { build: 'fail' }, durations: { long: 60_000 } });
    expect(run.makespan).toBe(1_000);
    expect(['long', 'one', 'night'].map((id) => run.task(id).state)).toEqual(['cancelled', 'cancelled', 'cancelled']);
  });
});

describe('a wait that is stopped', () => {
  test('takes no more time, though it would have been answered later', async () => {
    const definition = workflow('w', { onFailure: 'stop' }, ({ task, approval }) => {
      task('build', { run: () => {} });
      approval('go-live');
    });
    const run = await simulate(definition, undefined, {
      outcomes: { build: 'fail' },
      durations: { 'go-live': 60_000 },
    });
    expect([run.makespan, run.task('go-live').state]).toEqual([1_000, 'cancelled']);
  });

  test('a task that is held fails after `holdTimeout`, and the critical path goes through that', async () => {
    const definition = workflow('w', { onFailure: 'hold', holdTimeout: '1 hour' }, ({ task }) => {
      task('build', { run: () => {} });
    });
    const run = await simulate(definition, undefined, { outcomes: { build: 'fail' } });
    expect(run.criticalPath).toEqual([{ id: 'build', startedAt: 0, endedAt: 3_601_000 }]);
  });
});

describe('the critical path', () => {
  test('is the chain of steps that determined the makespan', async () => {
    const run = await simulate(release, undefined, {
      durations: { build: 10, unit: 5_000, 'go-live': 100, deploy: 1 },
    });
    expect(run.criticalPath).toEqual([
      { id: 'build', startedAt: 0, endedAt: 10 },
      { id: 'unit', startedAt: 10, endedAt: 5_010 },
      { id: 'go-live', startedAt: 5_010, endedAt: 5_110 },
      { id: 'deploy', startedAt: 5_110, endedAt: 5_111 },
    ]);
  });

  test('goes through what kept a place occupied', async () => {
    const definition = workflow('w', { maxConcurrentTasks: 1 }, ({ task }) => {
      task('a', { run: () => {} });
      task('b', { run: () => {} });
    });
    expect((await simulate(definition)).criticalPath.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  test('goes through child workflows', async () => {
    const child = workflow('child', {}, ({ task }) => {
      const a = task('a', { run: () => {} });
      task('b', { needs: { a }, run: () => {} });
    });
    const definition = workflow('w', {}, ({ task, subworkflow }) => {
      const first = task('first', { run: () => {} });
      const nested = subworkflow('nested', child, { needs: { first } });
      task('last', { needs: { nested }, run: () => {} });
    });
    const { criticalPath, makespan } = await simulate(definition);
    expect(criticalPath.map(({ id }) => id)).toEqual(['first', 'nested/a', 'nested/b', 'last']);
    expect(makespan).toBe(4_000);
  });

  test('is empty where nothing took any time', async () => {
    const definition = workflow('w', {}, ({ map }) => void map('none', { over: () => [], run: () => {} }));
    const run = await simulate(definition, undefined, { outcomes: { none: { items: 0 } } });
    expect(run.criticalPath.map(({ id }) => id)).toEqual(['none']);
  });
});

describe('the estimated history', () => {
  test('counts activities, timers, and a workflow task for each moment of reports', async () => {
    const line = workflow('w', {}, ({ task, sleep }) => {
      const a = task('a', { run: () => {} });
      const b = sleep('b', '1 hour', { needs: { a } });
      task('c', { needs: { b }, run: () => {} });
      task('beside', { run: () => {} });
    });
    const { history } = await simulate(line);
    // the execution 2, three activities 9, a timer 2, workflow tasks at 0, 1 s (two reports), 1 h and at the end 12
    expect(history).toEqual({ events: 25, continuations: 0, executions: 1, totalEvents: 25 });
  });

  test('counts one event for a local task, which needs no workflow task of its own', async () => {
    const line = workflow('w', { placement: 'local' }, ({ task }) => {
      const a = task('a', { run: () => {} });
      task('b', { needs: { a }, run: () => {} });
    });
    const { history } = await simulate(line);
    // the execution 2, the local tasks 2, the workflow task at 0
    expect(history.events).toBe(7);
  });

  test('has the executions of children and shards, and the continuations of long ones', async () => {
    const run = await simulate(layered(100, 100));
    expect(run.history.continuations).toBe(5); // of at most 6 events for each task, past 12,000 each
    const split = await simulate(mapOf(), undefined, { outcomes: { smoke: { items: 2_500 } } });
    expect(split.history.executions).toBe(4);
    expect(split.history.totalEvents).toBeGreaterThan(7_500);
  });
});

describe('a large simulation', () => {
  test('of 10,000 tasks in layers is done soon', async () => {
    const before = performance.now();
    const run = await simulate(layered(100, 100));
    console.log(`10,000 tasks in layers: ${Math.round(performance.now() - before)} ms`);
    expect([run.outcome, run.makespan]).toEqual(['completed', 100_000]);
    expect(run.criticalPath).toHaveLength(100);
  });

  test('of a map of 100,000 items is done soon', async () => {
    const before = performance.now();
    const run = await simulate(mapOf(), undefined, { outcomes: { smoke: { items: 100_000 }, 'smoke[77777]': 'fail' } });
    console.log(`a map of 100,000 items: ${Math.round(performance.now() - before)} ms`);
    expect(run.outcome).toBe('failed');
    expect([run.task('smoke[77777]').state, run.task('smoke[99999]').state]).toEqual(['failed', 'succeeded']);
  });
});

function mapOf(): Plan {
  return compile(workflow('w', {}, ({ map }) => void map('smoke', { over: () => [0], run: () => {} })));
}

/** Each task needs three of the layer before it. */
function layered(layers: number, width: number): Plan {
  const options = mapOf().options;
  const tasks = Array.from({ length: layers * width }, (_, index) => {
    const first = (Math.floor(index / width) - 1) * width;
    const needs = first < 0 ? [] : [0, 1, 2].map((offset) => first + ((index + offset) % width));
    return { id: `task-${index}`, kind: 'task' as const, needs, options: 0 };
  });
  return { ...mapOf(), options, tasks };
}
