import { type Profiler, Session } from 'node:inspector';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SchedulerCommand } from '../../src/core/command.js';
import type { SchedulerEvent } from '../../src/core/event.js';
import type { Plan } from '../../src/core/plan.js';
import type { TriggerRule } from '../../src/core/trigger-rule.js';
import { type PlanSettings, planOf } from './arbitrary-plan.js';

/**
 * Work is counted, not timed: V8's coverage says how often each block of src/core was executed. What a built-in does
 * inside of one call (`indexOf`, `shift`) is the one thing that it does not see.
 */
const session = new Session();
let Scheduler: typeof import('../../src/core/scheduler.js').Scheduler;

beforeAll(async () => {
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  // Loaded only now: V8 counts blocks in code that it compiles after the counting has begun.
  ({ Scheduler } = await import('../../src/core/scheduler.js'));
});

afterAll(() => session.disconnect());

describe('a task costs as much in a run of 8,000 as in a run of 1,000', () => {
  test.for<[string, (tasks: number) => Run]>([
    ['a line', (tasks) => ({ plan: line(tasks) })],
    ['a line by waves', (tasks) => ({ plan: line(tasks, { scheduling: 'waves' }) })],
    ['a line that fails at its head', (tasks) => ({ plan: line(tasks), failsAt: 0 })],
    ['a line in which every task is unserved once', (tasks) => ({ plan: line(tasks), unserved: true })],
    ['a fan that joins again', (tasks) => ({ plan: fan(tasks) })],
    ['a fan by waves', (tasks) => ({ plan: fan(tasks, { scheduling: 'waves' }) })],
    ['a fan, one task at a time', (tasks) => ({ plan: fan(tasks, { maxConcurrentTasks: 1 }) })],
    ['a fan without a limit', (tasks) => ({ plan: fan(tasks, { maxConcurrentTasks: tasks }) })],
    ['a fan in which every task is unserved once', (tasks) => ({ plan: fan(tasks), unserved: true })],
    ['a fan that fails from its second task on', (tasks) => ({ plan: fan(tasks), failsAt: 1 })],
    ['layers', (tasks) => ({ plan: layers(tasks) })],
    ['layers by waves', (tasks) => ({ plan: layers(tasks, { scheduling: 'waves' }) })],
    ['layers stopped by a failure', (tasks) => ({ plan: layers(tasks, { onFailure: 'stop' }), failsAt: tasks / 2 })],
    [
      'layers cancelled by a failure',
      (tasks) => ({ plan: layers(tasks, { onFailure: 'cancel' }), failsAt: tasks / 2 }),
    ],
    ['a line that skips at its head', (tasks) => ({ plan: line(tasks), skipsAt: 0 })],
    ['a fan whose join needs one failure', (tasks) => ({ plan: fan(tasks, joinBy('one_failed', tasks)), failsAt: 1 })],
    ['a fan whose join needs one success', (tasks) => ({ plan: fan(tasks, joinBy('one_success', tasks)) })],
    [
      'a fan whose join gets the results of all',
      (tasks) => ({ plan: fan(tasks, joinBy('all_done', tasks)), failsAt: 1 }),
    ],
    ['layers of allowed failures', (tasks) => ({ plan: layers(tasks, allAllowed(tasks)), failsAt: tasks / 2 })],
    ['layers in a run that is cancelled', (tasks) => ({ plan: layers(tasks), cancelledAt: tasks / 2 })],
  ])('%s', ([, runOf]) => {
    const small = blocksExecutedBy(runOf(1_000)) / 1_000;
    const large = blocksExecutedBy(runOf(8_000)) / 8_000;
    expect(small).toBeGreaterThan(1); // or nothing was counted
    // A scan of all tasks on each event would make it eight times as much. Not exact: V8 merges neighbouring blocks
    // that were executed equally often.
    expect(large / small).toBeLessThan(2);
  });
});

interface Run {
  readonly plan: Plan;
  /** This task and all later ones fail. */
  readonly failsAt?: number;
  /** The conditions of this task and all later ones say no. */
  readonly skipsAt?: number;
  /** No worker takes the first dispatch of any task. */
  readonly unserved?: boolean;
  /** The run is asked to stop when this task would report. */
  readonly cancelledAt?: number;
}

/** Takes the run to its end and counts the blocks of src/core executed for it, making the scheduler included. */
function blocksExecutedBy(run: Run): number {
  takeBlockCount();
  const scheduler = new Scheduler(run.plan);
  const open: SchedulerCommand[] = [...scheduler.apply({ at: 0, kind: 'runStarted' })];
  const asked = new Set<number>();
  for (let i = 0; i < open.length; i++) {
    const command = open[i];
    if (command === undefined || command.kind === 'endRun') continue;
    if (command.kind === 'cancelTask') asked.add(command.task);
    if (command.kind === 'startTask' && command.task === run.cancelledAt) {
      open.push(...scheduler.apply({ at: i, kind: 'runCancelRequested' }));
    }
    const report = reportOn(command, run, asked, i);
    if (report !== undefined) open.push(...scheduler.apply(report));
  }
  expect(scheduler.outcome).toBeDefined();
  return takeBlockCount();
}

function reportOn(
  command: SchedulerCommand,
  run: Run,
  asked: ReadonlySet<number>,
  at: number,
): SchedulerEvent | undefined {
  if (command.kind === 'startBackoff')
    return { at, kind: 'backoffElapsed', task: command.task, dispatch: command.dispatch };
  if (command.kind !== 'startTask') return undefined;
  const { task, dispatch } = command;
  const base = { at, task, dispatch, attempts: 1 };
  if (asked.has(task)) return { ...base, kind: 'taskCancelled' };
  if (run.unserved && dispatch === 1) return { ...base, kind: 'taskUnserved', reason: 'no worker', attempts: 0 };
  if (task >= (run.skipsAt ?? Number.POSITIVE_INFINITY)) return { ...base, kind: 'taskSkipped' };
  if (task >= (run.failsAt ?? Number.POSITIVE_INFINITY)) {
    return { ...base, kind: 'taskFailed', error: { type: 'Error', message: 'failed' } };
  }
  return { ...base, kind: 'taskSucceeded', output: task };
}

/** Blocks of src/core executed since the last call. */
function takeBlockCount(): number {
  let blocks = 0;
  // Its callback comes before `post` returns: the session is of this thread.
  session.post('Profiler.takePreciseCoverage', (error, coverage?: Profiler.TakePreciseCoverageReturnType) => {
    if (error) throw error;
    for (const script of coverage?.result ?? []) {
      if (!script.url.includes('/src/core/')) continue;
      for (const { ranges } of script.functions) for (const { count } of ranges) blocks += count;
    }
  });
  return blocks;
}

function line(tasks: number, settings?: PlanSettings): Plan {
  return planFrom(tasks, (i) => [i - 1], settings);
}

function fan(tasks: number, settings?: PlanSettings): Plan {
  const leaves = Array.from({ length: tasks - 2 }, (_, n) => n + 1);
  return planFrom(tasks, (i) => (i === tasks - 1 ? leaves : [0]), settings);
}

function joinBy(trigger: TriggerRule, tasks: number): PlanSettings {
  return { rules: { [`t${tasks - 1}`]: { trigger } } };
}

/** Each failure is allowed, and nothing minds: every need is optional. */
function allAllowed(tasks: number): PlanSettings {
  const rules = { allowFailure: true, modes: 'ooo' } as const;
  return {
    rules: Object.fromEntries(
      Array.from({ length: tasks }, (_, i) => [`t${i}`, i < 50 ? { allowFailure: true } : rules]),
    ),
  };
}

/** Layers of 50 tasks, each with three needs in the layer before. */
function layers(tasks: number, settings?: PlanSettings): Plan {
  const width = 50;
  return planFrom(
    tasks,
    (i) => {
      const start = (Math.floor(i / width) - 1) * width;
      return [0, 1, 2].map((n) => start + ((i + n) % width));
    },
    settings,
  );
}

function planFrom(tasks: number, needsOf: (index: number) => readonly number[], settings?: PlanSettings): Plan {
  const indices = Array.from({ length: tasks }, (_, i) => i);
  return planOf(
    Object.fromEntries(
      indices.map((i) => [
        `t${i}`,
        needsOf(i)
          .filter((need) => i > 0 && need >= 0)
          .map((need) => `t${need}`),
      ]),
    ),
    settings,
  );
}
