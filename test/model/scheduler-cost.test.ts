import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Plan } from '../../src/core/plan.js';
import type { TriggerRule } from '../../src/core/trigger-rule.js';
import type { NodeKindSettings } from './arbitrary-kinds.js';
import { type PlanSettings, planOf } from './arbitrary-plan.js';
import { blocksExecutedBy, type CountedRun, startCounting, stopCounting } from './counted-run.js';

beforeAll(startCounting);
afterAll(stopCounting);

describe('a task costs as much in a run of 8,000 as in a run of 1,000', () => {
  test.for<[string, (tasks: number) => CountedRun]>([
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
    ['layers of subworkflows', (tasks) => ({ plan: layers(tasks, allOf(tasks, { kind: 'subworkflow', child: 0 })) })],
    ['layers of sleeps', (tasks) => ({ plan: layers(tasks, allOf(tasks, { kind: 'sleep', wait: { duration: 1 } })) })],
    ['a fan of approvals', (tasks) => ({ plan: fan(tasks, allOf(tasks, APPROVAL)), isApproved: 'when it waits' })],
    [
      'a line of approvals that are given before',
      (tasks) => ({ plan: line(tasks, allOf(tasks, APPROVAL)), isApproved: 'at the start' }),
    ],
    [
      'layers that are compensated',
      (tasks) => ({ plan: layers(tasks, allOf(tasks, { compensate: true })), failsAt: tasks - 1 }),
    ],
    [
      'a line that is compensated',
      (tasks) => ({ plan: line(tasks, allOf(tasks, { compensate: true })), failsAt: tasks - 1 }),
    ],
    ['layers of resources', (tasks) => ({ plan: layers(tasks, allOf(tasks, { kind: 'resource' })) })],
    ['a fan that is held', (tasks) => ({ plan: fan(tasks, { onFailure: 'hold', holdTimeout: 1 }), failsAt: 1 })],
    ['a map', (items) => ({ plan: maps(1), items })],
    ['a map, one item at a time', (items) => ({ plan: maps(1, { map: { concurrency: 1 } }), items })],
    ['a map whose items fail', (items) => ({ plan: maps(1), items, failsAt: 0 })],
    ['a map whose items are tolerated', (items) => ({ plan: maps(1, TOLERANT), items, failsAt: 0 })],
    ['a map in which every item is unserved once', (items) => ({ plan: maps(1), items, unserved: true })],
    ['maps of ten items', (items) => ({ plan: maps(items / 10), items: 10 })],
    ['maps of ten items that are held', (items) => ({ plan: maps(items / 10, {}, HELD), items: 10, failsAt: 0 })],
    ['maps of ten subworkflows', (items) => ({ plan: maps(items / 10, { child: 0 }), items: 10 })],
  ])('%s', ([, runOf]) => {
    const small = blocksExecutedBy(runOf(1_000)) / 1_000;
    const large = blocksExecutedBy(runOf(8_000)) / 8_000;
    expect(small).toBeGreaterThan(1); // or nothing was counted
    // A scan of all tasks on each event would make it eight times as much. Not exact: V8 merges neighbouring blocks
    // that were executed equally often.
    expect(large / small).toBeLessThan(2);
  });
});

const APPROVAL: NodeKindSettings = { kind: 'approval', wait: { timeout: 1 } };
const TOLERANT: NodeKindSettings = { map: { tolerate: { percent: 100 } } };
const HELD: PlanSettings = { onFailure: 'hold', holdTimeout: 1 };

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

function allOf(tasks: number, kind: NodeKindSettings): PlanSettings {
  return { kinds: Object.fromEntries(Array.from({ length: tasks }, (_, i) => [`t${i}`, kind])) };
}

/** Side by side. */
function maps(count: number, kind: NodeKindSettings = {}, settings?: PlanSettings): Plan {
  return planFrom(count, () => [], { ...settings, ...allOf(count, { ...kind, kind: 'map' }) });
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
