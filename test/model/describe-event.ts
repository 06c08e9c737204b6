import type { SchedulerEvent } from '../../src/core/event.js';
import type { Plan } from '../../src/core/plan.js';
import type { UnitRef } from '../../src/core/unit-ref.js';

/** An event in a line, for counter-examples: `taskSucceeded smoke[3]#1 {"attempts":1}`. */
export function describeEvent(plan: Plan, event: SchedulerEvent): string {
  const { at: _, kind, ...rest } = event;
  if (!('dispatch' in rest)) return Object.keys(rest).length === 0 ? kind : `${kind} ${JSON.stringify(rest)}`;
  const { task, part, undo, dispatch, ...report } = rest as UnitRef & { dispatch: number };
  const unit = { task, ...(part !== undefined && { part }), ...(undo !== undefined && { undo }) };
  return `${kind} ${describeUnit(plan, unit)}#${dispatch} ${JSON.stringify(report)}`;
}

export function describeUnit(plan: Plan, { task, part, undo }: UnitRef): string {
  const id = plan.tasks[task]?.id ?? `task ${task}`;
  return `${undo ? 'the undoing of ' : ''}${id}${part === undefined ? '' : `[${part}]`}`;
}
