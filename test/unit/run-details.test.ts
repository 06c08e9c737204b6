import { describe, expect, test } from 'vitest';
import { renderRunDetails } from '../../src/core/details/run-details.js';
import type { UnitEvent } from '../../src/core/event.js';
import { Scheduler } from '../../src/core/scheduler.js';
import { type PlanSettings, planOf } from '../model/arbitrary-plan.js';

const RELEASE = {
  install: [],
  typecheck: ['install'],
  lint: ['install'],
  unit: ['install'],
  build: ['typecheck', 'lint', 'unit'],
  deploy: ['build'],
};

describe('the details of a run', () => {
  test('that has just started show what runs and what is still to come', () => {
    expect(details(started(RELEASE))).toMatchInlineSnapshot(`
      "
      **running, 0 of 6 tasks settled**: • 1 running, ○ 5 pending

      | state | task | attempts | took | notes |
      | - | - | -: | -: | - |
      | • running | install |  |  |  |
      | ○ pending | typecheck |  |  |  |
      | ○ pending | lint |  |  |  |
      | ○ pending | unit |  |  |  |
      | ○ pending | build |  |  |  |
      | ○ pending | deploy |  |  |  |

      \`\`\`text
      • install ─┬─ ○ typecheck ─┬─ ○ build ── ○ deploy
                 ├─ ○ lint ──────┤
                 └─ ○ unit ──────┘
      \`\`\`

      Each task stands to the right of those that it needs. A need that follows from others is not drawn.
      "
    `);
  });

  test('that failed tell first what failed and why, and what did not run because of it', () => {
    const run = started(RELEASE);
    succeed(run, 'install', { at: 12_300 });
    succeed(run, 'typecheck', { at: 15_000 });
    succeed(run, 'lint', { at: 12_720 });
    fail(run, 'unit', { at: 95_000, attempts: 3, type: 'AssertionError', message: 'expected 1 to be 2' });
    expect(details(run)).toMatchInlineSnapshot(`
      "
      **failed, 6 of 6 tasks settled**: ✗ 1 failed, × 2 upstream_failed, ✓ 3 succeeded

      | state | task | attempts | took | notes |
      | - | - | -: | -: | - |
      | ✗ failed | unit | 3 | 1 min 23 s | AssertionError: expected 1 to be 2 (2 tasks could not run because of it) |
      | ✓ succeeded | install | 1 | 12.3 s |  |
      | ✓ succeeded | typecheck | 1 | 2.7 s |  |
      | ✓ succeeded | lint | 1 | 420 ms |  |
      | × upstream_failed | build |  |  | because 'unit' failed |
      | × upstream_failed | deploy |  |  | because 'unit' failed, through 'build' |

      \`\`\`text
      ✓ install ─┬─ ✓ typecheck ─┬─ × build ── × deploy
                 ├─ ✓ lint ──────┤
                 └─ ✗ unit ──────┘
      \`\`\`

      Each task stands to the right of those that it needs. A need that follows from others is not drawn.
      "
    `);
  });

  test('tell what a condition said no to, and what was skipped with it', () => {
    const run = started({ scan: [], report: ['scan'], mail: ['report'] });
    report(run, 'scan', { kind: 'taskSkipped', attempts: 1 }, 20);
    expect(headline(run)).toBe('**completed, 3 of 3 tasks settled**: ~ 3 skipped');
    expect(rows(run)).toEqual([
      '| ~ skipped | scan | 1 | 20 ms | its condition said no (2 tasks could not run because of it) |',
      "| ~ skipped | report |  |  | because 'scan' was skipped |",
      "| ~ skipped | mail |  |  | because 'scan' was skipped, through 'report' |",
    ]);
  });

  test('tell that a failure is allowed, where the run is completed in spite of it', () => {
    const plan = planOf({ lint: [], report: ['lint'], mail: ['report'] });
    const tasks = plan.tasks.map((task) => (task.id === 'lint' ? { ...task, allowFailure: true as const } : task));
    const run = new Scheduler({ ...plan, tasks });
    run.apply({ kind: 'runStarted', at: 0 });
    fail(run, 'lint', { at: 5 });
    expect(headline(run)).toBe('**completed, 3 of 3 tasks settled**: ✗ 1 failed, × 2 upstream_failed');
    expect(rows(run)[0]).toBe(
      '| ✗ failed | lint | 1 | 5 ms | it broke (its failure is allowed; 2 tasks could not run because of it) |',
    );
  });

  test('say so when every task succeeded', () => {
    const run = started({ build: [], deploy: ['build'] });
    succeed(run, 'build', { at: 1 });
    succeed(run, 'deploy', { at: 2 });
    expect(headline(run)).toBe('**completed, 2 of 2 tasks settled**: ✓ 2 succeeded');
  });

  test('show a task that no worker takes among the first, with the reason', () => {
    const run = started({ build: [], scan: [] });
    report(run, 'scan', { kind: 'taskUnserved', reason: "no handler 'scan' on this worker", attempts: 0 }, 5);
    expect(rows(run)).toEqual([
      "| … waiting | scan |  |  | can't start yet: no handler 'scan' on this worker |",
      '| • running | build |  |  |  |',
    ]);
  });

  test('name the tasks that were stopped, cancelled or never started', () => {
    const run = started({ unit: [], scan: [], docs: [] }, { onFailure: 'stop', maxConcurrentTasks: 2 });
    fail(run, 'unit', { at: 500 });
    run.apply({ kind: 'runCancelRequested', at: 600 });
    report(run, 'scan', { kind: 'taskCancelled', attempts: 1 }, 700);
    expect(rows(run)).toEqual([
      '| ✗ failed | unit | 1 | 500 ms | it broke (1 task could not run because of it) |',
      '| - cancelled | scan | 1 | 700 ms | because the run was cancelled |',
      "| - cancelled | docs |  |  | stopped because 'unit' failed |",
    ]);
  });

  test('keep every message on its row, and show it as it is', () => {
    const run = started({ build: [] });
    fail(run, 'build', {
      at: 1,
      message: '\u001b[31mexpected `a | b`\u001b[39m\n\n  *not* <b> in _x_ of the_file.ts\u0007',
    });
    expect(rows(run)).toEqual([
      '| ✗ failed | build | 1 | 1 ms | expected \\`a \\| b\\` \\*not\\* \\<b\\> in \\_x\\_ of the_file.ts |',
    ]);
  });

  test('cut a long message, at a whole character', () => {
    const run = started({ build: [] });
    fail(run, 'build', { at: 1, message: '😀'.repeat(1_000) });
    expect(rows(run)[0]).toContain(`| ${'😀'.repeat(300)} … |`);
  });

  test('show a title beside its id', () => {
    const plan = planOf({ build: [] });
    const titled = { ...plan, tasks: plan.tasks.map((task) => ({ ...task, title: 'Build | the image' })) };
    const run = new Scheduler(titled);
    run.apply({ kind: 'runStarted', at: 0 });
    expect(rows(run)[0]).toContain('| build: Build \\| the image |');
  });

  test('keep their code block closed whatever a plan from outside has for ids', () => {
    const run = started({ '```': [], 'a\ue005b': ['```'] });
    expect(details(run).match(/`{3}/g)).toHaveLength(2);
    expect(details(run)).toContain('• ??? ── ○ a?b');
  });

  test('are one line for a run without tasks', () => {
    expect(renderRunDetails(started({}))).toBe('**completed, 0 of 0 tasks settled**');
  });
});

describe('above 200 tasks', () => {
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`t${i}`, []]));

  test('only the counts are left where nothing failed', () => {
    const run = started(many(201));
    succeed(run, 't7', { at: 1 });
    expect(details(run)).toBe('\n**running, 1 of 201 tasks settled**: • 200 running, ✓ 1 succeeded\n');
  });

  test('the first 50 failures are listed, and the others counted', () => {
    const run = started(many(300));
    for (let i = 0; i < 60; i++) fail(run, `t${i * 2}`, { at: i });
    expect(rows(run)).toHaveLength(50);
    expect(rows(run)[49]).toContain('| t98 |');
    expect(details(run)).toMatch(/\n\nand 10 more\n$/);
    expect(details(run)).not.toContain('```');
  });

  test('200 tasks still have their table and their graph', () => {
    const run = started(many(200));
    expect(rows(run)).toHaveLength(200);
    expect(details(run)).toContain('```text\n• t0 ');
  });
});

function started(edges: Parameters<typeof planOf>[0], settings: PlanSettings = {}): Scheduler {
  const run = new Scheduler(planOf(edges, settings));
  run.apply({ kind: 'runStarted', at: 0 });
  return run;
}

type Report<E> = E extends UnitEvent ? Omit<E, 'task' | 'dispatch'> : never;

function report(run: Scheduler, id: string, event: Report<UnitEvent>, at: number): void {
  const task = run.plan.tasks.findIndex((planned) => planned.id === id);
  run.apply({ ...event, task, dispatch: run.tasks[task]?.dispatchCount ?? 0, at });
}

function succeed(run: Scheduler, id: string, { at }: { at: number }): void {
  report(run, id, { kind: 'taskSucceeded', output: null, attempts: 1 }, at);
}

function fail(
  run: Scheduler,
  id: string,
  {
    at,
    attempts = 1,
    type = 'Error',
    message = 'it broke',
  }: { at: number; attempts?: number; type?: string; message?: string },
): void {
  report(run, id, { kind: 'taskFailed', error: { type, message }, attempts }, at);
}

/** With the spaces at which no line breaks as plain ones. */
function textOf(run: Scheduler): string {
  return renderRunDetails(run).replaceAll('\u00a0', ' ');
}

function details(run: Scheduler): string {
  return `\n${textOf(run)}\n`;
}

function headline(run: Scheduler): string | undefined {
  return textOf(run).split('\n')[0];
}

/** The rows of the table below its head. */
function rows(run: Scheduler): string[] {
  return textOf(run)
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2);
}
