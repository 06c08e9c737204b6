import fc from 'fast-check';
import type { PlannedTask } from '../../src/core/plan.js';
import { TRIGGER_RULES, type TriggerRule } from '../../src/core/trigger-rule.js';

/** What decides, beside its edges, whether a task runs and what its failure does. */
export type TaskRules = Pick<PlannedTask, 'modes' | 'trigger' | 'allowFailure'>;

/**
 * Rules for each task of a plan: need modes or a trigger rule, never both, which no definition can have. It shrinks to
 * plain needs and failures that count.
 */
export function arbitraryRules(maxTasks: number): fc.Arbitrary<(index: number, needCount: number) => TaskRules> {
  const triggers = TRIGGER_RULES.filter((rule) => rule !== 'all_success'); // a plan leaves out the default
  const pick = fc.record({
    trigger: fc.option(fc.constantFrom<TriggerRule>(...triggers), { nil: undefined, freq: 2 }),
    // Repeated, for as many needs as there are.
    modes: fc.array(fc.constantFrom('p', 'o', 's'), { maxLength: 3 }),
    mayFail: fc.integer({ min: 0, max: 2 }).map((n) => n === 2),
  });
  return fc.array(pick, { maxLength: maxTasks, size: 'max' }).map((picks) => (index, needCount) => {
    const { trigger, modes = [], mayFail = false } = picks[index] ?? {};
    const letters = Array.from({ length: needCount }, (_, n) => modes[n % modes.length] ?? 'p').join('');
    return {
      ...(trigger !== undefined && { trigger }),
      ...(trigger === undefined && /[os]/.test(letters) && { modes: letters }),
      ...(mayFail && { allowFailure: true }),
    };
  });
}
