import { drawPlan } from '../drawing/draw-plan.js';
import { type Plan, taskAt } from '../plan.js';
import type { Scheduler } from '../scheduler.js';
import type { TaskOrchestrator } from '../task-orchestrator.js';
import type { TaskState } from '../task-state.js';
import { auditLines } from './audit-lines.js';
import { headline } from './headline.js';
import { urgentParts } from './item-progress.js';
import { TASK_MARKS } from './task-marks.js';
import { unitTable } from './unit-table.js';

/** Of a larger run only the counts and what needs attention are shown. */
const MAX_TASKS = 200;
const MAX_LISTED = 50;
/** Items of a map that are listed one by one. */
const MAX_ITEMS = 10;
/** Characters that the details' half of the Temporal UI shows in a window of 1440 pixels. */
const GRAPH_WIDTH = 84;

/**
 * The state of a run as Markdown, for Temporal's current details: the counts by state, a table of the tasks with what needs
 * attention first, the last orders of operators, and the graph. Above 200 tasks: the counts, the first 50 tasks and items that need
 * attention, and the orders.
 */
export function renderRunDetails(scheduler: Scheduler): string {
  const { plan, tasks, audit } = scheduler;
  const urgent = urgentUnits(scheduler);
  if (tasks.length > MAX_TASKS) {
    const more = urgent.length - MAX_LISTED;
    return sections(
      headline(scheduler),
      urgent.length > 0 && unitTable(scheduler, urgent.slice(0, MAX_LISTED)),
      more > 0 && `and ${more} more`,
      auditLines(audit),
    );
  }
  if (tasks.length === 0) return headline(scheduler);
  const isUrgent = new Set(urgent);
  const others = [...tasks, ...scheduler.undos()].filter((unit) => !isUrgent.has(unit));
  return sections(
    headline(scheduler),
    unitTable(scheduler, [...urgent, ...others]),
    auditLines(audit),
    ['```text', drawingOf(plan).replace(PLACEHOLDER, (character) => markOf(tasks, character)), '```'].join('\n'),
    'Each task stands to the right of those that it needs. A need that follows from others is not drawn.',
  );
}

function sections(...parts: readonly (string | false | undefined)[]): string {
  return parts.filter((part) => part !== false && part !== undefined).join('\n\n');
}

/** What somebody has to do something about, or what the rest fails because of. */
const NEEDS_ATTENTION: ReadonlySet<TaskState> = new Set(['failed', 'held', 'waiting']);

/** A map is followed by those of its items. */
function urgentUnits(scheduler: Scheduler): TaskOrchestrator[] {
  const urgent: TaskOrchestrator[] = [];
  for (const task of scheduler.tasks) {
    const map = scheduler.map(task.index);
    const parts = map === undefined || task.isSettled ? [] : urgentParts(map, MAX_ITEMS);
    if (parts.length > 0 || isUrgent(scheduler, task)) urgent.push(task, ...parts);
  }
  return [...urgent, ...scheduler.undos().filter(({ state }) => NEEDS_ATTENTION.has(state))];
}

/** Nobody has to do anything about a time that will come. */
function isUrgent({ plan }: Scheduler, { index, state, isWaiting }: TaskOrchestrator): boolean {
  return NEEDS_ATTENTION.has(state) && !(isWaiting && taskAt(plan, index).kind === 'sleep');
}

/** The drawings of plans, with placeholders for the marks: all of a run's renderings differ in the marks alone. */
const drawings = new WeakMap<Plan, string>();

/** Characters of Unicode's private use area; the one of a task counts up by its index. */
const FIRST_PLACEHOLDER = 0xe000;
const PLACEHOLDER = /[\ue000-\uf8ff]/g;
const UNDRAWABLE = /[`\ue000-\uf8ff]/g;

function drawingOf(plan: Plan): string {
  let drawing = drawings.get(plan);
  if (drawing === undefined) {
    const drawable = { ...plan, tasks: plan.tasks.map((task) => ({ ...task, id: task.id.replace(UNDRAWABLE, '?') })) };
    drawing = drawPlan(drawable, (index) => `${String.fromCharCode(FIRST_PLACEHOLDER + index)} `, GRAPH_WIDTH);
    drawings.set(plan, drawing);
  }
  return drawing;
}

function markOf(tasks: readonly TaskOrchestrator[], placeholder: string): string {
  const task = tasks[placeholder.charCodeAt(0) - FIRST_PLACEHOLDER];
  return task === undefined ? '?' : TASK_MARKS[task.state];
}
