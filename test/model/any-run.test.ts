import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { NODE_KINDS, type NodeKind } from '../../src/core/plan.js';
import { isSettled, TASK_STATES } from '../../src/core/task-state.js';
import type { Lockstep } from './lockstep.js';
import { play } from './play.js';
import { arbitraryScenario, type Scenario } from './scenario.js';

/** A quarter of a minute on a core that has nothing else to do; less is for a quick look. */
const RUNS = Number(process.env.PAWL_MODEL_RUNS ?? 100_000);

describe('any run, with nodes of every kind and operators who interfere', () => {
  test(
    `does after every event what the oracle says, up to its end: ${RUNS} small ones`,
    () => {
      fc.assert(fc.property(arbitraryScenario({ maxTasks: 6 }), plays), { numRuns: RUNS });
    },
    RUNS * 4 + 60_000,
  );

  test('does so with many nodes', () => {
    const numRuns = 300;
    // Bounds the shrinking too, which can take minutes from a plan of 200 nodes; the smallest by then is shown.
    fc.assert(fc.property(arbitraryScenario({ maxTasks: 200 }), plays), { numRuns, interruptAfterTimeLimit: 30_000 });
  });
});

describe('the runs that are tried', () => {
  const runs: Lockstep[] = [];
  beforeAll(() => {
    const keep = (run: Lockstep) => void runs.push(run);
    // The same each time: what is rare must not be missed by chance.
    fc.assert(
      fc.property(arbitraryScenario({ maxTasks: 6 }), (scenario) => keep(play(scenario))),
      { numRuns: 4_000, seed: 11 },
    );
  });

  test('end nodes of each kind in each state', () => {
    const met = new Set<string>();
    for (const { plan, scheduler } of runs) {
      for (const { index, state } of scheduler.tasks) met.add(`${plan.tasks[index]?.kind}: ${state}`);
    }
    const never: Readonly<Partial<Record<NodeKind, readonly string[]>>> = {
      finish: ['skipped', 'upstream_failed', 'cancelled'],
    };
    const expected = NODE_KINDS.flatMap((kind) =>
      TASK_STATES.filter((state) => isSettled(state) && !never[kind]?.includes(state)).map(
        (state) => `${kind}: ${state}`,
      ),
    );
    expect([...met].sort()).toEqual(expected.sort());
  });

  test.for(['completed', 'failed', 'cancelled'])('end %s', (outcome) => {
    expect(runs.some(({ scheduler }) => scheduler.outcome === outcome)).toBe(true);
  });

  test('end compensations and destroys, well and badly, and items in each state that they can have', () => {
    const met = new Set<string>();
    for (const { plan, oracle } of runs) {
      for (const { index, undo, parts = [] } of oracle.nodes) {
        if (undo !== undefined) met.add(`${plan.tasks[index]?.kind} undone: ${undo.state}`);
        for (const { state } of parts) met.add(`item: ${state}`);
      }
    }
    expect([...met].sort()).toEqual([
      'item: cancelled',
      'item: failed',
      'item: skipped',
      'item: succeeded',
      'resource undone: failed',
      'resource undone: succeeded',
      'task undone: failed',
      'task undone: succeeded',
    ]);
  });

  test('are continued with each kind of timer, with what was kept, and paused', () => {
    const met = new Set(runs.flatMap(({ restored }) => restored));
    expect([...met].sort()).toEqual([
      'backoff',
      'held',
      'hold',
      'kept',
      'paused',
      'ready',
      'undoing',
      'wait',
      'waiting',
    ]);
  });
});

/** The lockstep throws when they differ. */
function plays(scenario: Scenario): void {
  play(scenario);
}
