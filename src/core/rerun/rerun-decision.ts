import { describeCause } from '../describe-cause.js';
import type { MapProgress } from '../map-progress.js';
import type { Plan, PlannedTask } from '../plan.js';
import type { Scheduler } from '../scheduler.js';
import type { TaskOrchestrator } from '../task-orchestrator.js';
import { itemId, readItemId } from '../unit-id.js';
import { itemStates } from './item-states.js';
import { COMPARED, changedParts } from './task-comparison.js';

/** What is to be run again of a run. */
export interface RerunRequest {
  /** As the run was at its end. */
  readonly old: Scheduler;
  /** Of the new run; the old one's own, or that of a later definition. */
  readonly plan: Plan;
  /** Beside what has not succeeded: tasks and items (`smoke[3]`) by their ids. */
  readonly from: 'failed' | readonly string[];
  readonly isInputChanged: boolean;
  /** Outputs that do not fit the schemas of the new definition: what is wrong, by the ids of tasks and items. */
  readonly misfits: ReadonlyMap<string, string>;
}

export interface TaskDecision {
  readonly id: string;
  readonly action: 'reuse' | 'rerun';
  /** What was compared between the two definitions. */
  readonly compared: string;
  readonly why: string;
  /** Of a map of which only some items run again: their numbers. */
  readonly items?: { readonly total: number; readonly rerun: readonly number[] };
  /** Of a resource that stays, and whose `destroy` is tried again. */
  readonly destroysAgain?: true;
}

/**
 * Which tasks of a run are reused and which run again, one for each task of the new plan: whatever has not succeeded (a skip counts as decided), what is
 * named, what has changed, and everything downstream of it. A resource that was destroyed is created anew if something that needs it
 * runs again; that alone is no reason for the others that need it.
 */
export function decideRerun(request: RerunRequest): TaskDecision[] {
  const { plan, old } = request;
  const named = new Set(request.from === 'failed' ? [] : request.from);
  const decisions: TaskDecision[] = [];
  for (const task of plan.tasks) decisions.push(decideTask(request, named, task, decisions));
  // Backwards, so that what a resource itself needs is created as well.
  for (let index = plan.tasks.length - 1; index >= 0; index--) {
    const decision = decisions[index];
    const resource = oldTask(old, plan.tasks[index]?.id ?? '');
    if (decision?.action !== 'reuse' || plan.tasks[index]?.kind !== 'resource' || resource === undefined) continue;
    decisions[index] = decideResource(request, index, decision, resource, decisions);
  }
  return decisions;
}

/** The ids in `from` that name nothing of the run. */
export function unknownIds({ from, plan, old }: Pick<RerunRequest, 'from' | 'plan' | 'old'>): string[] {
  if (from === 'failed') return [];
  const ids = new Set(plan.tasks.map(({ id }) => id));
  return from.filter((id) => {
    if (ids.has(id)) return false;
    const { task, item } = readItemId(id);
    const map = old.map(old.indexOf(task) ?? -1);
    return !ids.has(task) || item === undefined || map === undefined || item >= map.of.count;
  });
}

function decideTask(
  request: RerunRequest,
  named: ReadonlySet<string>,
  task: PlannedTask,
  decided: readonly TaskDecision[],
): TaskDecision {
  const { plan, old, isInputChanged, misfits } = request;
  const { id } = task;
  const was = oldTask(old, id);
  const oldPlanned = was && old.plan.tasks[was.index];
  const changed =
    oldPlanned && old.plan !== plan ? changedParts({ plan: old.plan, task: oldPlanned }, { plan, task }) : [];
  const compared = old.plan === plan ? 'nothing: the plan is the same' : COMPARED.join(', ');
  const rerun = (why: string): TaskDecision => ({ id, action: 'rerun', compared, why });
  const upstream = task.needs.find((need) => decided[need]?.action === 'rerun');
  if (task.kind === 'finish') return rerun('it runs at the end of every run');
  if (isInputChanged) return rerun('the input has changed');
  if (was === undefined) return rerun('it is new');
  if (changed.length > 0) return rerun(`changed: ${changed.join(', ')}`);
  if (named.has(id)) return rerun('it is named in from');
  if (upstream !== undefined) return rerun(`it needs '${plan.tasks[upstream]?.id}', which runs again`);
  if (task.kind !== 'resource' && old.undoOf(was.index) !== undefined) return rerun('it was compensated');
  const map = task.kind === 'map' ? old.map(was.index) : undefined;
  const items = map && itemsToRerun(map, id, was.state === 'succeeded', named, misfits);
  if (map !== undefined && items !== undefined && items.length > 0) {
    const why =
      was.state === 'succeeded' ? 'items are named in from, or do not fit the schema any more' : stateOf(old, was);
    return { ...rerun(why), items: { total: map.of.count, rerun: items } };
  }
  if (was.state === 'skipped') return { id, action: 'reuse', compared, why: stateOf(old, was) };
  if (was.state !== 'succeeded') return rerun(stateOf(old, was));
  const misfit = misfits.get(id);
  if (misfit !== undefined) return rerun(`its output does not fit the schema any more: ${misfit}`);
  return { id, action: 'reuse', compared, why: 'it has succeeded' };
}

/** The numbers of a map's items that run again, where the map itself need not. */
function itemsToRerun(
  map: MapProgress,
  id: string,
  hasSucceeded: boolean,
  named: ReadonlySet<string>,
  misfits: ReadonlyMap<string, string>,
): number[] {
  return itemStates(map).flatMap((state, item) => {
    const name = itemId(id, item);
    // What failed in a map that has succeeded was tolerated.
    const isDone = hasSucceeded || state === 'succeeded' || state === 'skipped';
    return isDone && !named.has(name) && !misfits.has(name) ? [] : [item];
  });
}

function decideResource(
  { plan, old }: RerunRequest,
  index: number,
  decision: TaskDecision,
  { index: oldIndex, state }: TaskOrchestrator,
  decisions: readonly TaskDecision[],
): TaskDecision {
  const destroy = old.undoOf(oldIndex);
  if (state !== 'succeeded' || destroy === undefined) return decision;
  const user = plan.tasks.find(({ needs }, task) => needs.includes(index) && decisions[task]?.action === 'rerun');
  if (user !== undefined) {
    return { ...decision, action: 'rerun', why: `it was destroyed, and '${user.id}', which needs it, runs again` };
  }
  if (destroy.state === 'succeeded') return { ...decision, why: 'nothing that needs it runs again' };
  return { ...decision, why: 'nothing that needs it runs again; its destroy is tried again', destroysAgain: true };
}

function oldTask(old: Scheduler, id: string): TaskOrchestrator | undefined {
  return old.tasks[old.indexOf(id) ?? -1];
}

function stateOf({ plan }: Scheduler, { state, cause }: TaskOrchestrator): string {
  const reason = cause === undefined ? '' : `: ${describeCause(cause, (index) => plan.tasks[index]?.id ?? '')}`;
  return `it was ${state.replace('_', ' ')}${reason.split('\n', 1)[0]}`;
}
