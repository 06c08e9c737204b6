import { expect, test } from 'vitest';
import { describePlan } from '../../src/client/run-plan.js';
import { compile } from '../../src/index.js';
import { everyKind } from '../support/every-kind.js';
import { looseDefinition } from '../support/loose-builder.js';
import { idle, type LooseTask, looseWorkflow } from '../support/loose-workflow.js';

test('a plan tells the waves, the longest path by depth, and the numbers', () => {
  const plan = compile(
    looseWorkflow((task) => {
      const build = task('build', idle);
      task('docs', idle);
      const unit = task('unit', { ...idle, needs: { build } });
      const lint = task('lint', { ...idle, needs: { build } });
      const pack = task('pack', { ...idle, needs: { lint } });
      task('deploy', { ...idle, needs: { unit, pack } });
    }),
  );
  expect(describePlan(plan, { dir: '.' })).toMatchObject({
    workflow: 'release',
    hash: plan.hash,
    input: { dir: '.' },
    waves: [['build', 'docs'], ['lint', 'unit'], ['pack'], ['deploy']],
    criticalPath: ['build', 'lint', 'pack', 'deploy'],
    finish: undefined,
    taskCount: 6,
    edgeCount: 5,
    bytes: Buffer.byteLength(JSON.stringify(plan)),
  });
});

test('of equally long paths the one declared first is critical', () => {
  const diamond = (task: LooseTask) => {
    const build = task('build', idle);
    const right = task('right', { ...idle, needs: { build } });
    const left = task('left', { ...idle, needs: { build } });
    task('deploy', { ...idle, needs: { right, left } });
  };
  expect(describePlan(compile(looseWorkflow(diamond)), undefined).criticalPath).toEqual(['build', 'right', 'deploy']);
});

test('the node that runs at the end is in no wave and on no path', () => {
  const plan = compile(
    looseDefinition((builder) => {
      builder.task('build', idle);
      builder.onFinish('notify', idle);
    }),
  );
  expect(describePlan(plan, undefined)).toMatchObject({
    waves: [['build']],
    criticalPath: ['build'],
    finish: 'notify',
    taskCount: 2,
  });
});

test('every node tells its kind, its groups and its child workflow', () => {
  const { nodes } = describePlan(compile(everyKind()), undefined);
  expect(nodes.find(({ id }) => id === 'eu.a')).toEqual({
    id: 'eu.a',
    title: 'eu.a',
    kind: 'map',
    groups: ['eu'],
    needs: ['build'],
    child: undefined,
    says: ['2 at once', '10 % may fail'],
    inlineBytes: 8 * 1024,
  });
  expect(nodes.find(({ id }) => id === 'eu.c')).toMatchObject({ kind: 'subworkflow', child: 'child', needs: [] });
});

test('as text it is a drawing, and what the options of its nodes say', () => {
  const text = String(describePlan(compile(everyKind()), undefined))
    .replace(/\d+ bytes/, '… bytes')
    .replace(/[\d.]+ KiB$/, '… KiB');
  expect(`\n${text}\n`).toMatchInlineSnapshot(`
    "
    every-kind: 10 tasks in 2 waves, … bytes

      build ──────┐
    ╭ eu ┄┄┄┄┄┄┄┄┄│┄┄┄┄┄┄╮
    ┆ b[](child)  └─ a[] ┆
    ┆ c(child)           ┆
    ┆ d                  ┆
    ┆ e                  ┆
    ┆ f                  ┆
    ┆ g                  ┆
    ┆ h                  ┆
    ╰┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄╯

    at the end: end

    build  task, is compensated
    eu.b   map, for each item the workflow child, 2 may fail
    eu.c   subworkflow, the workflow child
    eu.d   approval, after 1 h 0 min it is skipped
    eu.e   event, after 1 h 0 min it goes on with a value
    eu.f   sleep, for 1 ms
    eu.g   sleep, until 1970-01-01T00:00:00.001Z
    eu.h   resource
    eu.a   map, 2 at once, 10 % may fail
    end    finish

    longest path: build → eu.a

    outputs: up to 8.00 KiB travel in history, larger ones are stored; continue-as-new carries at most … KiB
    "
  `);
});
