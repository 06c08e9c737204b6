import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Plan, PlannedTask } from '../../src/core/plan.js';
import { decideRerun } from '../../src/core/rerun/rerun-decision.js';
import { rerunState } from '../../src/core/rerun/rerun-state.js';
import { type Outcome, playRun, statesOf } from '../support/played-run.js';

type Made = Extract<PlannedTask['kind'], 'task' | 'map' | 'resource'>;

const node = fc.record({
  kind: fc.constantFrom<Made>('task', 'task', 'map', 'resource'),
  needs: fc.array(fc.nat({ max: 9 }), { maxLength: 3 }),
  outcome: fc.constantFrom<'succeeds' | 'fails' | 'neverEnds' | 'isSkipped'>(
    'succeeds',
    'succeeds',
    'succeeds',
    'fails',
    'neverEnds',
    'isSkipped',
  ),
  failingItem: fc.option(fc.nat({ max: 2 })),
  compensates: fc.boolean(),
});

type Node = typeof node extends fc.Arbitrary<infer N> ? N : never;

const settings = fc.record({
  onFailure: fc.constantFrom<Plan['onFailure']>('continue', 'stop', 'cancel'),
  scheduling: fc.constantFrom<Plan['scheduling']>('frontier', 'waves'),
});

test('a rerun of any run in which nothing fails any more completes, and redoes nothing that is reused', () => {
  fc.assert(
    fc.property(
      fc.array(node, { minLength: 1, maxLength: 10 }),
      settings,
      fc.nat({ max: 9 }),
      (nodes, given, named) => {
        const plan = planOf(nodes, given);
        const { scheduler: old } = playRun(plan, outcomesOf(nodes, true));
        const from = named < nodes.length ? [`n${named}`] : ('failed' as const);
        const decisions = decideRerun({ old, plan, from, isInputChanged: false, misfits: new Map() });
        const state = JSON.parse(JSON.stringify(rerunState({ old, plan }, decisions, 0)));
        const { scheduler, dispatched } = playRun(plan, outcomesOf(nodes, false), state);
        expect(scheduler.outcome).toBe('completed');
        for (const { id, action } of decisions) {
          const ran = dispatched.some((unit) => unit.split(/[[#]/)[0] === id);
          if (action === 'reuse') expect(ran).toBe(false);
          if (action === 'reuse') expect(statesOf(scheduler)[id]).toBe(statesOf(old)[id]);
        }
      },
    ),
    { numRuns: 2_000 },
  );
});

/** Needs are earlier nodes; in order of their depth, as a plan is. */
function planOf(nodes: readonly Node[], given: Pick<Plan, 'onFailure' | 'scheduling'>): Plan {
  return {
    protocol: 2,
    workflow: 'random',
    hash: '',
    maxConcurrentTasks: 3,
    ...given,
    options: [{ startToCloseTimeout: 1_000, heartbeatTimeout: 1_000, retry: { maximumAttempts: 1 } }],
    tasks: nodes.map(
      ({ kind, needs, compensates }, index): PlannedTask => ({
        id: `n${index}`,
        kind,
        needs:
          given.scheduling === 'waves'
            ? index === 0
              ? []
              : [index - 1]
            : [...new Set(needs)].filter((need) => need < index),
        options: 0,
        ...(kind === 'map' && { map: {} }),
        ...(kind === 'task' && compensates && { compensate: true }),
      }),
    ),
    outputs: {},
  };
}

function outcomesOf(nodes: readonly Node[], mayFail: boolean): Record<string, Outcome> {
  const outcomes: Record<string, Outcome> = {};
  nodes.forEach(({ kind, outcome, failingItem }, index) => {
    const id = `n${index}`;
    if (mayFail && outcome !== 'succeeds') outcomes[id] = outcome;
    else if (kind === 'map') outcomes[id] = { output: [1, 2, 3] };
    if (mayFail && failingItem !== null) outcomes[`${id}[${failingItem}]`] = 'fails';
  });
  return outcomes;
}
