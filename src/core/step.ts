import type { Call } from './command.js';
import { type Plan, type PlannedTask, taskAt } from './plan.js';
import type { UnitRef } from './unit-ref.js';

/** What a unit does at once: call a function in an activity, run a child workflow, or wait. */
export type Step = Call | 'child' | 'wait';

/** The steps of a unit's life, in their order. After its last one a map runs its items. */
export function stepsOf(plan: Plan, { task: index, part, undo }: UnitRef, isShard: boolean): readonly Step[] {
  const task = taskAt(plan, index);
  if (undo) return task.kind === 'resource' ? DESTROY : COMPENSATE;
  if (isShard) return CHILD;
  if (part !== undefined) return task.child === undefined ? RUN : childSteps(task);
  switch (task.kind) {
    case 'task':
    case 'resource':
      return RUN;
    case 'map':
      return OVER;
    case 'subworkflow':
      return childSteps(task);
    case 'approval':
    case 'event':
    case 'sleep':
      return task.asks ? ASK_AND_WAIT : WAIT;
    case 'finish':
      return FINISH;
  }
}

function childSteps({ asks }: PlannedTask): readonly Step[] {
  return asks ? ASK_FOR_CHILD : CHILD;
}

// Shared, as there are thousands of units.
const RUN: readonly Step[] = ['run'];
const OVER: readonly Step[] = ['over'];
const CHILD: readonly Step[] = ['child'];
const ASK_FOR_CHILD: readonly Step[] = ['with', 'child'];
const WAIT: readonly Step[] = ['wait'];
const ASK_AND_WAIT: readonly Step[] = ['when', 'wait'];
const COMPENSATE: readonly Step[] = ['compensate'];
const DESTROY: readonly Step[] = ['destroy'];
const FINISH: readonly Step[] = ['finish'];
