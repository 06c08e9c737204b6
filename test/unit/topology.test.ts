import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sortByWave } from '../../src/core/topology.js';

type Needs = readonly (readonly number[])[];

test('sorts by wave, within a wave first what the longest line of tasks waits for, and then as given', () => {
  // 1 needs 3, 0 needs 1 and 3; 2 and 4 need nothing.
  expect(sortByWave([[1, 3], [3], [], [], []])).toEqual({ kind: 'order', order: [3, 2, 4, 1, 0] });
});

test('sorts nothing', () => {
  expect(sortByWave([])).toEqual({ kind: 'order', order: [] });
});

test('reads a cycle in the direction in which the work would go', () => {
  // 0 needs 2, 1 needs 0, 2 needs 1.
  expect(sortByWave([[2], [0], [1]])).toEqual({ kind: 'cycle', cycle: [0, 1, 2, 0] });
});

describe('for any graph', () => {
  test('gives an order exactly when no task needs itself, however indirectly', () => {
    forAny(anyGraph, (needs) => {
      const isCyclic = needs.some((_, task) => reaches(needs, task).has(task));
      expect(sortByWave(needs).kind).toBe(isCyclic ? 'cycle' : 'order');
    });
  });

  test('the cycle is one: each is needed by the next, the first comes back, and none is there twice', () => {
    forAny(anyGraph, (needs) => {
      const topology = sortByWave(needs);
      fc.pre(topology.kind === 'cycle');
      const { cycle } = topology;
      expect(cycle.length).toBeGreaterThan(1);
      expect(cycle.at(-1)).toBe(cycle[0]);
      expect(new Set(cycle).size).toBe(cycle.length - 1);
      cycle.slice(1).forEach((task, before) => {
        expect(needs[task]).toContain(cycle[before]);
      });
    });
  });

  test('the order has every task once: by depth, by the longest line that waits, and as given', () => {
    forAny(acyclicGraph, (needs) => {
      const topology = sortByWave(needs);
      const expected = [...needs.keys()].sort(
        (a, b) => depthOf(needs, a) - depthOf(needs, b) || heightOf(needs, b) - heightOf(needs, a) || a - b,
      );
      expect(topology).toEqual({ kind: 'order', order: expected });
    });
  });
});

/** Up to 12 tasks; a need may be there twice, and a task may need itself. */
const anyGraph = fc
  .integer({ min: 1, max: 12 })
  .chain((size) => fc.array(fc.array(fc.nat(size - 1), { maxLength: 3 }), { minLength: size, maxLength: size }));

/** Up to 30 tasks of which each needs others that come before it in an order unlike that of their numbers. */
const acyclicGraph = fc.integer({ min: 1, max: 30 }).chain((size) =>
  fc
    .tuple(
      fc.shuffledSubarray([...Array(size).keys()], { minLength: size }),
      fc.array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: size, maxLength: size }),
    )
    .map(([order, seeds]): Needs => {
      const needs: number[][] = order.map(() => []);
      order.forEach((task, place) => {
        if (place > 0) needs[task] = (seeds[place] ?? []).map((seed) => order[seed % place] as number); // in range
      });
      return needs;
    }),
);

function forAny(graphs: fc.Arbitrary<Needs>, check: (needs: Needs) => void): void {
  fc.assert(fc.property(graphs, check), { numRuns: 500 });
}

function reaches(needs: Needs, from: number): Set<number> {
  const reached = new Set<number>();
  const open = [...(needs[from] ?? [])];
  for (let task = open.pop(); task !== undefined; task = open.pop()) {
    if (reached.has(task)) continue;
    reached.add(task);
    open.push(...(needs[task] ?? []));
  }
  return reached;
}

function depthOf(needs: Needs, task: number): number {
  return Math.max(0, ...(needs[task] ?? []).map((need) => depthOf(needs, need) + 1));
}

function heightOf(needs: Needs, task: number): number {
  const dependents = [...needs.keys()].filter((other) => needs[other]?.includes(task));
  return Math.max(0, ...dependents.map((dependent) => heightOf(needs, dependent) + 1));
}
