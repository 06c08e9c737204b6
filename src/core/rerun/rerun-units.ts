import type { Cause } from '../cause.js';
import { type Plan, taskAt } from '../plan.js';
import type { Scheduler } from '../scheduler.js';
import { stepsOf } from '../step.js';
import { TaskOrchestrator } from '../task-orchestrator.js';
import type { UnitRef } from '../unit-ref.js';

export interface Rerun {
  /** The run whose outputs are used again, as it was at its end. */
  readonly old: Scheduler;
  /** Of the new run. */
  readonly plan: Plan;
}

/** A unit that has done nothing yet. */
export function fresh(plan: Plan, ref: UnitRef, isShard = false): TaskOrchestrator {
  return new TaskOrchestrator(ref, stepsOf(plan, ref, isShard));
}

/** And that may begin. */
export function triggered(plan: Plan, ref: UnitRef, isShard = false): TaskOrchestrator {
  const unit = fresh(plan, ref, isShard);
  unit.trigger();
  return unit;
}

/** A unit that is as it was at the old run's end. */
export function settled(rerun: Rerun, ref: UnitRef, was: TaskOrchestrator, isShard = false): TaskOrchestrator {
  const { state, attempts, output, cached, scheduledAt, settledAt, isFailureAllowed } = was;
  const cause = was.cause && inPlan(rerun, was.cause);
  const unit = fresh(rerun.plan, ref, isShard);
  const progress = isFailureAllowed ? ({ allowed: 1 } as const) : {};
  unit.restore({ state, attempts, output, cached, cause, scheduledAt, settledAt, until: undefined, progress });
  return unit;
}

/** A cause names tasks by their index, which may be another in the new plan. */
function inPlan({ old, plan }: Rerun, cause: Cause): Cause {
  if (old.plan === plan || !('root' in cause)) return cause;
  const renumber = (index: number) => newIndices(plan).get(taskAt(old.plan, index).id) ?? 0;
  const root = renumber(cause.root);
  return 'from' in cause ? { ...cause, root, from: renumber(cause.from) } : { ...cause, root };
}

const indices = new WeakMap<Plan, ReadonlyMap<string, number>>();

function newIndices(plan: Plan): ReadonlyMap<string, number> {
  const known = indices.get(plan) ?? new Map(plan.tasks.map(({ id }, index) => [id, index]));
  indices.set(plan, known);
  return known;
}

export function oldTask({ old, plan }: Rerun, index: number): TaskOrchestrator | undefined {
  return old.tasks[old.indexOf(taskAt(plan, index).id) ?? -1];
}
