import { describeCause } from '../describe-cause.js';
import { childPlan, type PlannedTask, taskAt, type WaitPlan } from '../plan.js';
import type { Scheduler } from '../scheduler.js';
import type { TaskOrchestrator } from '../task-orchestrator.js';
import { instantText } from './instant-text.js';
import { itemProgress } from './item-progress.js';
import { markdownCell } from './markdown-cell.js';

/** Characters of a reason; the whole of it is in the activity's failure. */
const MAX_REASON = 300;

/**
 * What there is to say of a unit, as the content of a Markdown cell: how far it is, why it is in its state, what it waits for, and
 * what an operator can do.
 *
 * @param blocked how many tasks could not run because of it
 */
export function unitNotes(scheduler: Scheduler, unit: TaskOrchestrator, blocked: number): string {
  const task = taskAt(scheduler.plan, unit.index);
  const isTask = unit.ref.part === undefined && !unit.ref.undo;
  return [
    ...(isTask ? nodeNotes(scheduler, task, unit) : []),
    ...(unit.cached === undefined ? [] : [`from the cache: run ${markdownCell(unit.cached.workflowId, MAX_REASON)}`]),
    ...(unit.isWaiting ? [waitText(task, unit.until)] : []),
    ...reasonNotes(scheduler, task, unit, blocked),
    ...(unit.state === 'held' ? [heldText(unit.until)] : []),
    ...(unit.cancelRequest !== undefined && !unit.isSettled ? ['it was asked to stop'] : []),
  ].join('; ');
}

function nodeNotes(scheduler: Scheduler, task: PlannedTask, { index, state }: TaskOrchestrator): string[] {
  const map = scheduler.map(index);
  if (map !== undefined) return [itemProgress(map)];
  if (task.kind === 'subworkflow' && state === 'running') {
    return [`child workflow ${markdownCell(childPlan(scheduler.plan, task.child ?? -1).workflow, MAX_REASON)}`];
  }
  if (task.kind === 'finish' && state === 'pending') return ['runs when all else has ended'];
  return state === 'pending' && scheduler.hasKept(index) ? ['what it will wait for has come already'] : [];
}

function waitText({ kind, wait }: PlannedTask, until: number | undefined): string {
  const limit = until === undefined ? '' : ` until ${instantText(until)}`;
  switch (kind) {
    case 'approval':
      return `waits for a decision${limit}${timeoutText(wait, until)}: approve or reject`;
    case 'event':
      return `waits for a value${limit}${timeoutText(wait, until)}: send`;
    default:
      return `sleeps${limit}`;
  }
}

function timeoutText({ onTimeout }: WaitPlan = {}, until: number | undefined): string {
  if (until === undefined) return '';
  if (onTimeout === undefined) return ', then fails';
  return onTimeout === 'skip' ? ', then is skipped' : ', then goes on with a value of its own';
}

function heldText(until: number | undefined): string {
  return `held${until === undefined ? '' : ` until ${instantText(until)}`}: retry, skip, complete, fail or cancel`;
}

function reasonNotes(
  { plan }: Scheduler,
  { kind }: PlannedTask,
  { cause, state, isFailureAllowed }: TaskOrchestrator,
  blocked: number,
): string[] {
  if (cause === undefined) return [];
  const words = describeCause(cause, (index) => plan.tasks[index]?.id ?? String(index));
  const typed = cause.kind === 'error' && !saysItsType(cause.error) ? `${cause.error.type}: ${words}` : words;
  const allowed = kind === 'finish' ? 'the outcome stays what it is' : 'its failure is allowed';
  const notes = [
    ...(state === 'failed' && isFailureAllowed ? [allowed] : []),
    ...(blocked > 0 ? [`${blocked} ${blocked === 1 ? 'task' : 'tasks'} could not run because of it`] : []),
  ];
  return [markdownCell(typed, MAX_REASON) + (notes.length > 0 ? ` (${notes.join('; ')})` : '')];
}

function saysItsType({ type, message }: { readonly type: string; readonly message: string }): boolean {
  return type === '' || type === 'Error' || message.startsWith(type);
}
