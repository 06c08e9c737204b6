import { describe, expect, test } from 'vitest';
import { describeRunFailure, firstFailure } from '../../src/core/run-failure.js';
import { Scheduler } from '../../src/core/scheduler.js';
import { compile } from '../../src/index.js';
import { planOf } from '../model/arbitrary-plan.js';
import { giveOrder } from '../support/give-order.js';
import { idle, type LooseTask, looseWorkflow } from '../support/loose-workflow.js';
import { playRun, START } from '../support/played-run.js';

test('a failure names the task, its attempts and message, and what did not run because of it', () => {
  const scheduler = run(
    (task) => {
      const build = task('build', idle);
      const unit = task('unit', { ...idle, needs: { build } });
      task('deploy', { ...idle, needs: { unit } });
      task('docs', idle);
    },
    { build: { attempts: 3, message: 'no image' } },
  );
  expect(describeRunFailure(scheduler)).toEqual({
    message: "1 of 4 tasks failed. 'build' failed after 3 attempts: no image. Not run because of it: 'unit', 'deploy'",
    details: {
      failed: [{ task: 'build', type: 'TypeError', message: 'no image', attempts: 3 }],
      failedCount: 1,
      notRun: ['unit', 'deploy'],
      notRunCount: 2,
    },
  });
});

test('a failure of the only task says nothing of others', () => {
  const scheduler = run((task) => void task('build', idle), { build: { attempts: 1, message: 'no image' } });
  expect(describeRunFailure(scheduler).message).toBe("1 of 1 task failed. 'build' failed after 1 attempt: no image");
});

test('what was stopped because of a failure did not run because of it', () => {
  const scheduler = run(
    (task) => {
      const build = task('build', idle);
      const docs = task('docs', idle);
      task('unit', { ...idle, needs: { build } });
      task('site', { ...idle, needs: { docs } });
    },
    { build: { attempts: 1, message: 'no image' } },
    { onFailure: 'stop' },
  );
  expect(describeRunFailure(scheduler).details).toMatchObject({ notRun: ['unit', 'site'], notRunCount: 2 });
});

describe('what could not be undone', () => {
  const edges = { flight: [], hotel: ['flight'], mail: ['hotel'] };
  const kinds = { flight: { compensate: true }, hotel: { compensate: true } } as const;

  test('is named beside what failed', () => {
    const { scheduler } = playRun(planOf(edges, { kinds }), { mail: 'fails', 'hotel:compensate': 'fails' });
    expect(describeRunFailure(scheduler)).toMatchObject({
      message:
        "1 of 3 tasks failed. 'mail' failed after 3 attempts: mail broke. 'hotel:compensate' failed: hotel:compensate broke",
      details: {
        notUndone: [{ task: 'hotel:compensate', type: 'Error', message: 'hotel:compensate broke', attempts: 3 }],
      },
    });
  });

  test('is all there is to say, where every task succeeded', () => {
    const { scheduler } = playRun(planOf({ db: [] }, { kinds: { db: { kind: 'resource' } } }), {
      'db:destroy': 'fails',
    });
    expect(scheduler.outcome).toBe('failed');
    expect(describeRunFailure(scheduler)).toMatchObject({
      message: "'db:destroy' failed: db:destroy broke",
      details: { failed: [], failedCount: 0, notUndone: [{ task: 'db:destroy' }] },
    });
  });
});

test('a wait that failed used no attempts', () => {
  const { scheduler } = playRun(planOf({ gate: [] }, { kinds: { gate: { kind: 'approval' } } }));
  giveOrder(scheduler, { verb: 'reject', task: 'gate' }, { actor: 'anna', reason: 'not today' });
  expect(describeRunFailure(scheduler).message).toBe("1 of 1 task failed. 'gate' failed: rejected by anna: not today");
});

describe('the first failure that counts', () => {
  const first = ({ scheduler }: { scheduler: Scheduler }) => {
    const unit = firstFailure(scheduler);
    return unit && scheduler.idOf(unit.ref);
  };

  test('is the earliest, whatever the order in the plan', () => {
    const { scheduler } = playRun(planOf({ a: [], b: [], c: [] }), { a: 'neverEnds', b: 'fails', c: 'fails' });
    scheduler.apply({ kind: 'taskFailed', task: 0, dispatch: 1, attempts: 1, error, at: START + 60_000 });
    expect(first({ scheduler })).toBe('b');
  });

  test('is not one that is allowed, or tolerated', () => {
    const plan = planOf(
      { lint: [], smoke: [], build: [] },
      { kinds: { smoke: { kind: 'map', map: { tolerate: { count: 1 } } } }, rules: { lint: { allowFailure: true } } },
    );
    const outcomes = { lint: 'fails', smoke: { output: [1, 2] }, 'smoke[1]': 'fails' } as const;
    expect(first(playRun(plan, outcomes))).toBeUndefined();
    expect(first(playRun(plan, { ...outcomes, build: 'fails' }))).toBe('build');
  });

  test('is of a map the item, not the map', () => {
    const plan = planOf({ smoke: [] }, { kinds: { smoke: { kind: 'map', map: {} } } });
    const outcomes = { smoke: { output: [1, 2, 3] }, 'smoke[1]': 'fails', 'smoke[2]': 'fails' } as const;
    expect(first(playRun(plan, outcomes))).toBe('smoke[1]');
  });

  test('is not one after which an operator let the task run again, with success', () => {
    const { scheduler } = playRun(planOf({ a: [], b: [] }, { onFailure: 'hold' }), { a: 'fails', b: 'fails' });
    giveOrder(scheduler, { verb: 'retry', task: 'a' });
    scheduler.apply({ kind: 'taskSucceeded', task: 0, dispatch: 2, output: 1, attempts: 4, at: START + 60_000 });
    giveOrder(scheduler, { verb: 'fail', task: 'b', message: 'no' });
    expect(first({ scheduler })).toBe('b');
  });

  const error = { type: 'Error', message: 'late' };
});

test('what an operator cancelled counts as failed, with his words', () => {
  const plan = planOf({ build: [], deploy: ['build'] });
  const { scheduler } = playRun(plan, { build: 'neverEnds' });
  giveOrder(scheduler, { verb: 'cancel', task: 'deploy' }, { actor: 'anna' });
  scheduler.apply({ kind: 'taskSucceeded', task: 0, dispatch: 1, output: null, attempts: 1, at: START });
  expect(describeRunFailure(scheduler).details.failed).toEqual([
    { task: 'deploy', type: 'Cancelled', message: 'cancelled by anna', attempts: 0 },
  ]);
});

test("a failure of the node at the end is not the run's", () => {
  const { scheduler } = playRun(planOf({ build: [] }, { finish: true }), { build: 'fails', finish: 'fails' });
  expect(describeRunFailure(scheduler).details).toMatchObject({ failedCount: 1, failed: [{ task: 'build' }] });
});

describe('a failure of many tasks', () => {
  const scheduler = run(
    (task) => {
      for (let i = 0; i < 1_000; i++) {
        const test = task(`test-${i}`, idle);
        task(`report-${i}`, { ...idle, needs: { test } });
      }
    },
    Object.fromEntries(
      Array.from({ length: 1_000 }, (_, i) => [`test-${i}`, { attempts: 1, message: 'x'.repeat(5_000) }]),
    ),
  );

  test('names some, and counts all', () => {
    const { message, details } = describeRunFailure(scheduler);
    expect(details).toMatchObject({ failedCount: 1_000, notRunCount: 1_000 });
    expect(details.failed).toHaveLength(50);
    expect(details.notRun).toHaveLength(200);
    expect(message).toMatch(/^1000 of 2000 tasks failed\. 'test-0' failed .* 997 more tasks failed\. Not run/s);
    expect(message).toMatch(/'report-8' and 991 more$/);
  });

  test('stays far under the 2 MiB that Temporal allows a failure', () => {
    expect(JSON.stringify(describeRunFailure(scheduler)).length).toBeLessThan(100_000);
  });
});

/** Runs to the end: the named tasks fail, the others succeed. */
function run(
  build: (task: LooseTask) => void,
  failures: Readonly<Record<string, { attempts: number; message: string }>>,
  options: object = {},
): Scheduler {
  const scheduler = new Scheduler(compile(looseWorkflow(build, options)));
  const commands = [...scheduler.apply({ kind: 'runStarted', at: 0 })];
  for (let command = commands.shift(); command !== undefined; command = commands.shift()) {
    if (command.kind !== 'startTask') continue;
    const { task, dispatch } = command;
    const failure = failures[scheduler.plan.tasks[task]?.id ?? ''];
    const event =
      failure === undefined
        ? ({ kind: 'taskSucceeded', output: null, attempts: 1 } as const)
        : ({
            kind: 'taskFailed',
            error: { type: 'TypeError', message: failure.message },
            attempts: failure.attempts,
          } as const);
    commands.push(...scheduler.apply({ ...event, task, dispatch, at: 1 }));
  }
  expect(scheduler.outcome).toBe('failed');
  return scheduler;
}
