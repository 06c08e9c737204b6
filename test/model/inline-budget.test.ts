import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { LARGEST_PAYLOAD } from '../../src/core/payload-size.js';
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
