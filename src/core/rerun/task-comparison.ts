import { canonicalJson } from '../canonical-json.js';
import { childPlan, optionsOf, type Plan, type PlannedTask, shapeOf } from '../plan.js';

/** What decides whether an output of one definition is one of another as well. Functions are never compared: `version` says that one has changed. */
export const COMPARED = ['kind', 'needs', 'options', 'schemas', 'child workflow', 'version'] as const;

export type ComparedPart = (typeof COMPARED)[number];

/** What of a task is another than it was. */
export function changedParts(was: PlanAndTask, is: PlanAndTask): ComparedPart[] {
  return COMPARED.filter((part) => canonicalJson(partOf(was, part)) !== canonicalJson(partOf(is, part)));
}

export interface PlanAndTask {
  readonly plan: Plan;
  readonly task: PlannedTask;
}

function partOf({ plan, task }: PlanAndTask, part: ComparedPart): unknown {
  switch (part) {
    case 'kind':
      return task.kind;
    case 'needs':
      return shapeOf(plan, task).needs;
    case 'options': {
      const { trigger, allowFailure, asks, compensate, wait, map } = task;
      return { ...optionsOf(plan, task), trigger, allowFailure, asks, compensate, wait, map };
    }
    case 'schemas':
      return task.outputSchema;
    case 'child workflow':
      return task.child === undefined ? undefined : childPlan(plan, task.child).hash;
    case 'version':
      return task.version;
  }
}
