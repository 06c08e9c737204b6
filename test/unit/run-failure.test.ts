import { describe, expect, test } from 'vitest';
import { describeRunFailure } from '../../src/core/run-failure.js';
import { Scheduler } from '../../src/core/scheduler.js';
import { compile } from '../../src/index.js';
import { idle, type LooseTask, looseWorkflow } from '../support/loose-workflow.js';

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
