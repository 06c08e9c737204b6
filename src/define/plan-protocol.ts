import type { Plan, PlannedTask } from '../core/plan.js';
import { FIRST_PROTOCOL, PROTOCOL } from '../core/protocol.js';

/** The oldest protocol that runs the plan correctly: one that uses nothing new keeps its hash, and the workers that it had. */
export function protocolOf(plan: Omit<Plan, 'hash' | 'protocol'>): number {
  const isNew =
    plan.onFailure === 'hold' ||
    plan.compensateOn !== undefined ||
    plan.finish !== undefined ||
    plan.children !== undefined ||
    plan.tasks.some(usesNew);
  return isNew ? PROTOCOL : FIRST_PROTOCOL;
}

function usesNew({ id, kind, compensate, version }: PlannedTask): boolean {
  const isGrouped = /\./.test(id); // not by its methods: until the problems are told it may be anything
  return kind !== 'task' || compensate !== undefined || version !== undefined || isGrouped;
}
