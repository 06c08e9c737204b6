import fc from 'fast-check';
import type { Plan } from '../../../src/core/plan.js';
import { arbitraryPlan } from '../../model/arbitrary-plan.js';
import { describePlan } from '../../model/describe-plan.js';

/** What a node's function does when it is called. */
export type Fate = 'succeeds' | 'fails once' | 'fails always' | 'refuses' | 'finds no worker';

/** What becomes of a node, and of its items by their numbers. */
export interface NodeFate {
  readonly fate: Fate;
  readonly when: 'none' | 'yes' | 'no';
  readonly items: number;
  readonly itemFates: readonly Fate[];
  readonly undo: Fate;
  /** Milliseconds that each of its functions takes. */
  readonly duration: number;
  /** Whether its functions stop when they are asked to. */
  readonly heeds: boolean;
  readonly isGrouped: boolean;
}

/** Something that an operator does, or tries, in a run. */
export interface OperatorStep {
  /** Milliseconds after the step before. */
  readonly after: number;
  /** Which node or item. */
  readonly pick: number;
  /** Which verb. */
  readonly how: number;
}

/** A workflow and all that happens in a run of it, as data. */
export interface RandomRun {
  /** As arbitraryPlan makes it: the definition that is built from it is compiled to another, with the same graph. */
  readonly plan: Plan;
  /** By the number in the task's id, `t0` being the first; of the last one, of the node that runs at the end. */
  readonly fates: readonly NodeFate[];
  readonly steps: readonly OperatorStep[];
  /** Milliseconds after which a request to cancel comes. */
  readonly cancelAfter: number | undefined;
  /** Events after which it continues as new. */
  readonly continueAfter: number | undefined;
}

export interface RandomRunOptions {
  readonly maxTasks: number;
  /** Milliseconds between two steps of the operator, at most. */
  readonly pace: number;
  /** How many of ten runs continue as new, early. */
  readonly continued: number;
}

export function arbitraryRun({ maxTasks, pace, continued }: RandomRunOptions): fc.Arbitrary<RandomRun> {
  const step = fc.record({ after: fc.nat(pace), pick: fc.nat(999), how: fc.nat(19) });
  return fc.record({
    plan: arbitraryPlan(maxTasks, { rules: true, kinds: true }).filter(({ tasks }) => tasks.length > 1),
    fates: fc.array(arbitraryFate, { minLength: maxTasks + 1, maxLength: maxTasks + 1 }),
    steps: fc.oneof(fc.constant([]), fc.array(step, { maxLength: 8 })),
    cancelAfter: oneOfTen(1, fc.integer({ min: 50, max: pace * 4 })),
    continueAfter: oneOfTen(continued, fc.integer({ min: 8, max: 30 })),
  });
}

function oneOfTen<T>(weight: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight, arbitrary }, { weight: 10 - weight, arbitrary: fc.constant(undefined) });
}

const arbitraryWorkFate = fc.oneof(
  { weight: 80, arbitrary: fc.constant<Fate>('succeeds') },
  { weight: 8, arbitrary: fc.constant<Fate>('fails once') },
  { weight: 8, arbitrary: fc.constant<Fate>('fails always') },
  { weight: 4, arbitrary: fc.constant<Fate>('refuses') },
  { weight: 2, arbitrary: fc.constant<Fate>('finds no worker') },
);

const arbitraryFate: fc.Arbitrary<NodeFate> = fc.record({
  fate: arbitraryWorkFate,
  when: fc.constantFrom('none', 'none', 'none', 'yes', 'no'),
  items: fc.oneof({ weight: 9, arbitrary: fc.nat(4) }, { weight: 1, arbitrary: fc.nat(12) }),
  itemFates: fc.array(arbitraryWorkFate, { minLength: 12, maxLength: 12 }),
  undo: arbitraryWorkFate,
  duration: fc.oneof(
    { weight: 8, arbitrary: fc.nat(25) },
    { weight: 2, arbitrary: fc.integer({ min: 100, max: 400 }) },
  ),
  heeds: fc.boolean(),
  isGrouped: fc.integer({ min: 0, max: 3 }).map((n) => n === 3),
});

/** The description for counter-examples. */
export function describeRandomRun({ plan, fates, steps, cancelAfter, continueAfter }: RandomRun): string {
  const said = plan.tasks.map(({ id, kind }, index) => {
    const { fate, when, items, itemFates, undo } = fateAt(fates, index);
    const ofMap = kind === 'map' ? ` [${itemFates.slice(0, items).join(', ')}]` : '';
    return `${id} when ${when}, ${fate}${ofMap}, undo ${undo}`;
  });
  return [
    describePlan(plan),
    said.join('; '),
    `steps ${JSON.stringify(steps)}, cancelled after ${cancelAfter}, continued after ${continueAfter}`,
  ].join('\n');
}

export function fateAt(fates: readonly NodeFate[], index: number): NodeFate {
  const fate = fates[index];
  if (fate === undefined) throw new RangeError(`no fate ${index}`);
  return fate;
}
