import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { inlineBudgets, SMALLEST } from '../../src/core/inline-budget.js';
import { LARGEST_PAYLOAD, payloadSize } from '../../src/core/payload-size.js';
import type { Plan } from '../../src/core/plan.js';
import { DispatchBudget } from '../../workflows/dispatch-budget.js';
import { type Extent, measureRun, type Returned } from '../support/budgeted-execution.js';
import { arbitraryPlan, planOf } from './arbitrary-plan.js';

const MIB = 1024 * 1024;

/** What Temporal takes, in bytes: a payload, what is buffered while a workflow task runs, a history, the arguments of continue-as-new. */
const LIMITS = { argument: 2 * MIB, buffered: 2 * MIB, history: 50 * MIB, carried: 2 * MIB };

/** What may be reached. */
const MOST: Extent = {
  argument: LIMITS.argument / 2,
  buffered: LIMITS.buffered / 2,
  history: LIMITS.history / 2,
  carried: LIMITS.carried / 2,
  continuation: LARGEST_PAYLOAD,
};

const SHAPES: Readonly<Record<string, () => Record<string, string[]>>> = {
  '1 -> 500 -> 1': () => layers([1, 500, 1]),
  '1 -> 5,000 -> 1': () => layers([1, 5_000, 1]),
  '2,000 roots to one': () => layers([2_000, 1]),
  'a chain of 3,000': () => layers(new Array(3_000).fill(1)),
  '500 times 500': () => layers([500, 500]),
  'ten layers of 100': () => layers(new Array(10).fill(100)),
  'three layers of 250': () => layers([250, 250, 250]),
  '10,000 tasks in layers of 100, each with three needs': () => web(10_000, 100, 3),
  '500 tasks side by side': () => layers([500]),
};

describe.each<Returned>(['theirBudget', 'aByteMore'])(
  'if every task returns %s, nothing passes half of what Temporal takes:',
  (returned) => {
    test.each(Object.entries(SHAPES))(
      '%s',
      async (_, edges) => {
        const plan = planOf(edges(), { outputs: {} });
        expect(beyond(await measureRun(plan, returned))).toEqual({});
      },
      180_000,
    );

    test('any graph', async () => {
      await fc.assert(
        fc.asyncProperty(arbitraryPlan(200), async (plan) => {
          expect(beyond(await measureRun(plan, returned))).toEqual({});
        }),
        { numRuns: 30 },
      );
    }, 180_000);
  },
);

describe('what travels inline is by itself no more than half, before anything is stored because there is too much of it:', () => {
  test.each(Object.entries(SHAPES))('%s', (_, edges) => {
    expect(inlineBeyondHalf(planOf(edges(), { outputs: {} }))).toEqual({});
  });

  test('any graph', () => {
    fc.assert(
      fc.property(arbitraryPlan(200), (plan) => {
        expect(inlineBeyondHalf(plan)).toEqual({});
      }),
    );
  });
});

/** Of outputs of just their budgets. Those of the smallest are not counted: their claims would be no smaller. */
function inlineBeyondHalf(plan: Plan): Record<string, number> {
  const bytes = (inlineBudgets(plan)?.ofTask ?? []).map((budget) => (budget === SMALLEST ? 0 : budget));
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
  const of = (task: number) => bytes[task] ?? Number.NaN;
  const consumers = new Array<number>(bytes.length).fill(0);
  for (const need of plan.tasks.flatMap(({ needs }) => needs)) consumers[need] = (consumers[need] ?? 0) + 1;
  const extents: readonly (readonly [what: string, bytes: number, most: number])[] = [
    ['argument', Math.max(...plan.tasks.map(({ needs }) => sum(needs.map(of)))), MOST.argument],
    [
      'commands',
      Math.max(...consumers.map((count, task) => of(task) * Math.min(count, plan.maxConcurrentTasks))),
      2 * MIB,
    ],
    ['buffered', sum(bytes.toSorted((a, b) => b - a).slice(0, plan.maxConcurrentTasks)), MOST.buffered],
    ['history', sum(consumers.map((count, task) => of(task) * (1 + count))), MOST.history],
    ['carried', sum(bytes) + payloadSize(plan), MOST.carried],
  ];
  return Object.fromEntries(extents.flatMap(([what, found, most]) => (found > most ? [[what, found]] : [])));
}

const workflowTask = { historyLength: 3 };
vi.mock('@temporalio/workflow', () => ({ workflowInfo: () => workflowTask }));

test('the commands of a workflow task are at most half of a message, whatever the arguments, of which each is at most half of a payload', () => {
  const argument = fc.oneof(fc.nat(10_000), fc.nat(MOST.argument), fc.constant(MOST.argument));
  fc.assert(
    fc.property(fc.array(argument, { maxLength: 600, size: 'max' }), (sizes) => {
      const budget = new DispatchBudget();
      const messages: number[] = [];
      for (const bytes of sizes) {
        if (!budget.take(bytes)) {
          workflowTask.historyLength++;
          expect(budget.take(bytes)).toBe(true);
        }
        messages[workflowTask.historyLength] = (messages[workflowTask.historyLength] ?? 0) + bytes;
      }
      workflowTask.historyLength++;
      expect(Math.max(0, ...messages.filter((message) => message !== undefined))).toBeLessThanOrEqual(2 * MIB);
    }),
    { numRuns: 50 },
  );
});

function beyond(extent: Extent): Partial<Extent> {
  return Object.fromEntries(Object.entries(extent).filter(([what, bytes]) => bytes > MOST[what as keyof Extent]));
}

/** Layers of so many tasks, of which each needs all of the layer before. */
function layers(widths: readonly number[]): Record<string, string[]> {
  const ids = widths.map((width, layer) => Array.from({ length: width }, (_, place) => `t${layer}-${place}`));
  return Object.fromEntries(ids.flatMap((layer, depth) => layer.map((id) => [id, ids[depth - 1] ?? []])));
}

/** Layers of `width`, of which each task needs `needs` of the layer before. */
function web(count: number, width: number, needs: number): Record<string, string[]> {
  const needsOf = (task: number) =>
    task < width
      ? []
      : Array.from(
          { length: needs },
          (_, n) => `t${(Math.floor(task / width) - 1) * width + ((task + n * 7) % width)}`,
        );
  return Object.fromEntries(Array.from({ length: count }, (_, task) => [`t${task}`, needsOf(task)]));
}
