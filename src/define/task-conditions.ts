import type { PlannedTask } from '../core/plan.js';
import { TRIGGER_RULES } from '../core/trigger-rule.js';
import { readNeed } from './need.js';
import { suggest } from './suggest.js';
import type { TaskDefinition } from './workflow-definition.js';

/** Checks what says whether a task runs at all, and gives the part of it that the scheduler decides by: `when` is a worker's business. */
export function planConditions(
  { id, needs, trigger, when, allowFailure }: TaskDefinition,
  wrong: (option: string, message: string, hint?: string) => void,
): Pick<PlannedTask, 'trigger' | 'allowFailure'> {
  if (when !== undefined && typeof when !== 'function') {
    wrong('when', 'it is not a function', 'write `when: (needs, ctx) => …`, which says true or false');
  }
  if (allowFailure !== undefined && typeof allowFailure !== 'boolean') {
    wrong('allowFailure', `${JSON.stringify(allowFailure)} is neither true nor false`);
  }
  if (trigger !== undefined && !TRIGGER_RULES.includes(trigger)) {
    wrong('trigger', `there is no trigger rule '${trigger}'`, suggest(String(trigger), TRIGGER_RULES));
  } else if (trigger !== undefined && Object.keys(needs).length === 0) {
    wrong('trigger', `task '${id}' needs nothing that could trigger it`, 'leave the trigger out, or name its needs');
  }
  const wrapped = Object.keys(needs).filter((name) => readNeed(needs[name]).mode !== 'plain');
  if (trigger !== undefined && wrapped.length > 0) {
    const names = wrapped.map((name) => `'${name}'`).join(', ');
    const hint = 'use either these, which say it for each need, or the trigger, which says it for all of them';
    wrong('trigger', `the task has a trigger, and ${names} in optional() or settled()`, hint);
  }
  return {
    ...(trigger !== undefined && trigger !== 'all_success' && { trigger }),
    ...(allowFailure === true && { allowFailure }),
  };
}
