import { describe, expect, test } from 'vitest';
import type { TaskState } from '../../src/core/task-state.js';
import { planOf } from './arbitrary-plan.js';
import type { TaskRules } from './arbitrary-rules.js';
import { Lockstep } from './lockstep.js';

/**
 * How one need has ended, or two: S succeeded, F failed, A failed and may, K skipped. What becomes of the task: it
 * `runs`, is `skipped` or `failed` (upstream_failed), or waits, `-`.
 */
const TABLE = `
                S      F      A      K      SS      SF      SA      SK      FF      FA      FK      AA      AK      KK
  plain         -      failed failed -      runs    failed  failed  skipped failed  failed  failed  failed  failed  skipped
  optional      -      failed -      -      runs    failed  runs    runs    failed  failed  failed  runs    runs    runs
  settled       -      -      -      -      runs    runs    runs    runs    runs    runs    runs    runs    runs    runs
  all_success   -      failed failed -      runs    failed  failed  skipped failed  failed  failed  failed  failed  skipped
  none_failed   -      failed -      -      runs    failed  runs    runs    failed  failed  failed  runs    runs    runs
  all_done      -      -      -      -      runs    runs    runs    runs    runs    runs    runs    runs    runs    runs
  one_success   runs   -      -      -      runs    runs    runs    runs    failed  failed  failed  failed  failed  skipped
  one_failed    -      runs   runs   -      skipped runs    runs    skipped runs    runs    runs    runs    runs    skipped
  all_failed    -      -      -      -      skipped skipped skipped skipped runs    runs    skipped runs    skipped skipped
  none_skipped  -      -      -      -      runs    runs    runs    skipped runs    runs    skipped runs    skipped skipped
`;

const RULES: Readonly<Record<string, TaskRules>> = { plain: {}, optional: { modes: 'oo' }, settled: { modes: 'ss' } };

describe('the truth table of modes and rules', () => {
  const [ends = [], ...rows] = TABLE.trim()
    .split('\n')
    .map((line) => line.trim().split(/ +/));
  const cells = rows.flatMap(([rule = '', ...row]) => row.map((fate, n) => ({ rule, ends: ends[n] ?? '', fate })));

  test('has a cell for each rule and end', () => {
    expect(cells).toHaveLength(10 * 14);
    expect(cells.every(({ fate }) => fate in FATES)).toBe(true);
  });

  test.for(cells)('$rule with $ends: $fate', ({ rule, ends, fate }) => {
    for (const order of new Set([ends, [...ends].reverse().join('')])) {
      for (const through of ['itself', 'upstream'] as const) {
        const rules = RULES[rule] ?? { trigger: rule as NonNullable<TaskRules['trigger']> }; // a name in the table
        expect(stateAfter(order, rules, through), `${order}, ${through}`).toBe(FATES[fate]);
      }
    }
  });
});

const FATES: Readonly<Record<string, TaskState>> = {
  runs: 'running',
  skipped: 'skipped',
  failed: 'upstream_failed',
  '-': 'pending',
};

/** The state of a task with two needs that end in this order, by themselves or because of the one task that each needs. */
function stateAfter(ends: string, rules: TaskRules, through: 'itself' | 'upstream'): TaskState | undefined {
  const allowed = (position: number) => (ends[position] === 'A' ? { allowFailure: true as const } : {});
  const run = new Lockstep(
    through === 'itself'
      ? planOf(
          { first: [], second: [], task: ['first', 'second'] },
          { rules: { first: allowed(0), second: allowed(1), task: rules } },
        )
      : planOf(
          { a: [], b: [], first: ['a'], second: ['b'], task: ['first', 'second'] },
          { rules: { a: allowed(0), b: allowed(1), task: rules } },
        ),
  );
  run.apply({ at: 0, kind: 'runStarted' });
  [...ends].forEach((end, task) => {
    report(run, task, end);
    if (through === 'upstream' && end === 'S') report(run, task + 2, end);
  });
  return run.scheduler.tasks.at(-1)?.state;
}

function report(run: Lockstep, task: number, end: string): void {
  const ended = { at: 1, task, dispatch: 1, attempts: 1 };
  if (end === 'S') run.apply({ ...ended, kind: 'taskSucceeded', output: null });
  else if (end === 'K') run.apply({ ...ended, kind: 'taskSkipped' });
  else run.apply({ ...ended, kind: 'taskFailed', error: { type: 'Error', message: 'failed' } });
}

describe('a rule decides once', () => {
  test('a task that one failure lets run is not stopped by the success of all others', () => {
    const run = started('one_failed', 1);
    report(run, 0, 'F');
    report(run, 1, 'S'); // until now it had no place to run
    expect(run.scheduler.tasks[2]?.state).toBe('running');
  });

  test('a task that one success lets run is not stopped by the failure of all others', () => {
    const run = started('one_success', 1);
    report(run, 0, 'S');
    report(run, 1, 'F');
    expect(run.scheduler.tasks[2]?.state).toBe('running');
  });

  test('needs are a snapshot at dispatch: what has not ended is pending, and what has ended since it was decided has ended', () => {
    const early = started('one_failed', 3);
    report(early, 0, 'F');
    expect(early.scheduler.needsOf(2)).toMatchObject({ a: { status: 'failed' }, b: { status: 'pending' } });
    const late = started('one_failed', 1);
    report(late, 0, 'F');
    report(late, 1, 'S');
    expect(late.scheduler.needsOf(2)).toMatchObject({
      a: { status: 'failed' },
      b: { status: 'succeeded', output: null },
    });
  });

  function started(trigger: 'one_failed' | 'one_success', maxConcurrentTasks: number): Lockstep {
    const run = new Lockstep(
      planOf({ a: [], b: [], task: ['a', 'b'] }, { maxConcurrentTasks, rules: { task: { trigger } } }),
    );
    run.apply({ at: 0, kind: 'runStarted' });
    return run;
  }
});

describe('an allowed failure', () => {
  test('does not stop the run, and what it keeps from running does not fail it', () => {
    const run = new Lockstep(
      planOf(
        { lint: [], unit: [], report: ['lint'] },
        { onFailure: 'cancel', rules: { lint: { allowFailure: true } } },
      ),
    );
    run.apply({ at: 0, kind: 'runStarted' });
    report(run, 0, 'F');
    expect(run.scheduler.counts).toMatchObject({ failed: 1, upstream_failed: 1, running: 1 });
    report(run, 1, 'S');
    expect(run.scheduler.outcome).toBe('completed');
  });

  test('is not what a task with allowFailure has that a real failure keeps from running', () => {
    const run = new Lockstep(
      planOf(
        { build: [], lint: ['build'], report: ['lint'] },
        { rules: { lint: { allowFailure: true }, report: { modes: 'o' } } },
      ),
    );
    run.apply({ at: 0, kind: 'runStarted' });
    report(run, 0, 'F');
    expect(run.scheduler.counts.upstream_failed).toBe(2);
    expect(run.scheduler.outcome).toBe('failed');
  });
});
