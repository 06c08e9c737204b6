import fc from 'fast-check';
import type { Plan } from '../../src/core/plan.js';
import { arbitraryPlan } from './arbitrary-plan.js';
import { describePlan } from './describe-plan.js';

/** A run's whole fate, as data. What is left open when its steps are over is then brought to an end in the plainest way. */
export interface Scenario {
  readonly plan: Plan;
  readonly steps: readonly Step[];
  /** Whether something may fail, or skip. */
  readonly failures: boolean;
  readonly skips: boolean;
}

export const ACTS = [
  /** Something that runs ends, or a timer elapses. */
  'report',
  /** A report that comes too late. */
  'late',
  /** An operator gives an order. */
  'order',
  'cancelRun',
  /** A drain begins, or ends. While it lasts and nothing is in flight, the run may be saved and restored. */
  'drain',
] as const;

export type Act = (typeof ACTS)[number];

export interface Step {
  readonly act: Act;
  /** Which of those that are open, or of all, modulo their number. */
  readonly pick: number;
  /** Which of the ends or orders that are possible for it, in an order of `play`'s; 0 is the plainest. */
  readonly how: number;
}

export interface ScenarioOptions {
  readonly maxTasks?: number;
  readonly failures?: boolean;
  readonly cancellation?: boolean;
  /** Conditions that say no. */
  readonly skips?: boolean;
  /** Need modes, trigger rules and allowed failures. */
  readonly rules?: boolean;
  /** Nodes of every kind, and the policy `hold`. */
  readonly kinds?: boolean;
  /** Operators. */
  readonly orders?: boolean;
  /** Drains, and runs that are saved and restored in them. */
  readonly drains?: boolean;
}

/** Shrinks to a small plan in which nothing happens out of the ordinary. */
export function arbitraryScenario(options: ScenarioOptions = {}): fc.Arbitrary<Scenario> {
  const { maxTasks = 200, failures = true, skips = true, rules = true, kinds = true } = options;
  // In large runs what is out of the ordinary must be rare, or little would be left to do.
  const isLarge = maxTasks > 50;
  const step = fc.record({ act: arbitraryAct(options, isLarge), pick: fc.nat(999), how: fc.nat(isLarge ? 400 : 19) });
  return fc
    .record({
      plan: arbitraryPlan(maxTasks, { rules, kinds }),
      steps: fc.array(step, { maxLength: isLarge ? 400 : 40, size: 'max' }),
    })
    .map((scenario) => described({ ...scenario, failures, skips }));
}

function arbitraryAct(options: ScenarioOptions, isLarge: boolean): fc.Arbitrary<Act> {
  const { orders = true, cancellation = true, drains = true } = options;
  return fc.oneof(
    { arbitrary: fc.constant<Act>('report'), weight: isLarge ? 1_000 : 90 },
    { arbitrary: fc.constant<Act>('late'), weight: 5 },
    { arbitrary: fc.constant<Act>('order'), weight: orders ? 45 : 0 },
    { arbitrary: fc.constant<Act>('cancelRun'), weight: cancellation ? 2 : 0 },
    { arbitrary: fc.constant<Act>('drain'), weight: drains ? 12 : 0 },
  );
}

/** Gives the scenario a readable form for counter-examples. */
function described(scenario: Scenario): Scenario {
  return Object.assign(scenario, {
    [fc.toStringMethod]: () => {
      const steps = scenario.steps.map(({ act, pick, how }) => `${act} ${pick} ${how}`);
      return [describePlan(scenario.plan), `steps: ${steps.join(', ')}`].join('\n');
    },
  });
}
