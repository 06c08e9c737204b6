import { describeCause } from '../describe-cause.js';
import { drawGraph } from '../drawing/draw-graph.js';
import { type Plan, taskAt } from '../plan.js';
import type { Scheduler } from '../scheduler.js';
import type { TaskOrchestrator } from '../task-orchestrator.js';
import { isSettled, type TaskState } from '../task-state.js';
import { durationText } from './duration-text.js';
import { markdownCell } from './markdown-cell.js';
import { TASK_MARKS } from './task-marks.js';

/** Of a larger run only the counts and what needs attention are shown. */
const MAX_TASKS = 200;
const MAX_LISTED = 50;
/** Characters of a reason; the whole of it is in the activity's failure. */
const MAX_REASON = 300;
const MAX_NAME = 100;
/** Characters that the details' half of the Temporal UI shows in a window of 1440 pixels. */
const GRAPH_WIDTH = 84;

/**
 * The state of a run as Markdown, for Temporal's current details: the counts by state, a table of the tasks with what needs
 * attention first, and the graph. Above 200 tasks: the counts, and the first 50 tasks that need attention.
 */
export function renderRunDetails(scheduler: Scheduler): string {
  const { plan, tasks } = scheduler;
  const urgent = tasks.filter(({ state }) => NEEDS_ATTENTION.has(state));
  if (tasks.length > MAX_TASKS) {
    const more = urgent.length - MAX_LISTED;
    return sections(
      headline(scheduler),
      urgent.length > 0 && taskTable(scheduler, urgent.slice(0, MAX_LISTED)),
      more > 0 && `and ${more} more`,
    );
  }
  if (tasks.length === 0) return headline(scheduler);
  const others = tasks.filter(({ state }) => !NEEDS_ATTENTION.has(state));
  return sections(
    headline(scheduler),
    taskTable(scheduler, [...urgent, ...others]),
    ['```text', drawingOf(plan).replace(PLACEHOLDER, (character) => markOf(tasks, character)), '```'].join('\n'),
    'Each task stands to the right of those that it needs. A need that follows from others is not drawn.',
  );
}

/** A space at which the UI does not break a narrow column. */
const NO_BREAK = '\u00a0';

/** What somebody has to do something about, or what the rest fails because of. */
const NEEDS_ATTENTION: ReadonlySet<TaskState> = new Set(['failed', 'held', 'waiting']);

/** In the order of the headline: the more it matters, the earlier. */
const HEADLINE_ORDER: readonly TaskState[] = [
  'failed',
  'held',
  'waiting',
  'upstream_failed',
  'cancelled',
  'skipped',
  'running',
  'pending',
  'succeeded',
];

function sections(...parts: readonly (string | false)[]): string {
  return parts.filter((part) => part !== false).join('\n\n');
}

function headline({ counts, outcome, settledCount, tasks }: Scheduler): string {
  const states = HEADLINE_ORDER.filter((state) => counts[state] > 0);
  const parts = states.map((state) => `${TASK_MARKS[state]} ${counts[state]} ${state}`);
  const progress = `${outcome ?? 'running'}, ${settledCount} of ${tasks.length} ${tasks.length === 1 ? 'task' : 'tasks'} settled`;
  return `**${progress}**${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`;
}

function taskTable(scheduler: Scheduler, tasks: readonly TaskOrchestrator[]): string {
  const idOf = (index: number) => scheduler.plan.tasks[index]?.id ?? String(index);
  const blocked = blockedByRoot(scheduler.tasks);
  const rows = tasks.map((task) => {
    const { id, title } = taskAt(scheduler.plan, task.index);
    const name = title === undefined || title === id ? id : `${id}: ${title}`;
    const cells = [
      `${TASK_MARKS[task.state]}${NO_BREAK}${task.state}`,
      markdownCell(name, MAX_NAME),
      attemptsText(task),
      tookText(task),
      reasonText(task, idOf, blocked.get(task.index) ?? 0),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return ['| state | task | attempts | took | why |', '| - | - | -: | -: | - |', ...rows].join('\n');
}

/** Attempts of a task that runs are known once it is reported. */
function attemptsText({ attempts }: TaskOrchestrator): string {
  return attempts === 0 ? '' : String(attempts);
}

function tookText({ state, scheduledAt, settledAt }: TaskOrchestrator): string {
  if (!isSettled(state) || scheduledAt === undefined || settledAt === undefined) return '';
  return durationText(settledAt - scheduledAt).replaceAll(' ', NO_BREAK);
}

function reasonText(
  { cause, state, isFailureAllowed }: TaskOrchestrator,
  idOf: (index: number) => string,
  blocked: number,
): string {
  if (cause === undefined) return '';
  const words = describeCause(cause, idOf);
  const typed = cause.kind === 'error' && !saysItsType(cause.error) ? `${cause.error.type}: ${words}` : words;
  const notes = [
    ...(state === 'failed' && isFailureAllowed ? ['its failure is allowed'] : []),
    ...(blocked > 0 ? [`${blocked} ${blocked === 1 ? 'task' : 'tasks'} could not run because of it`] : []),
  ];
  return markdownCell(typed, MAX_REASON) + (notes.length > 0 ? ` (${notes.join('; ')})` : '');
}

function saysItsType({ type, message }: { readonly type: string; readonly message: string }): boolean {
  return type === '' || type === 'Error' || message.startsWith(type);
}

/** How many tasks each failure or skip kept from running. */
function blockedByRoot(tasks: readonly TaskOrchestrator[]): Map<number, number> {
  const blocked = new Map<number, number>();
  for (const { cause } of tasks) {
    if (cause?.kind === 'upstream' || cause?.kind === 'upstreamSkipped' || cause?.kind === 'stopped')
      blocked.set(cause.root, (blocked.get(cause.root) ?? 0) + 1);
  }
  return blocked;
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
    drawing = drawGraph(
      plan.tasks.map(({ id, needs }, index) => ({
        label: `${String.fromCharCode(FIRST_PLACEHOLDER + index)} ${id.replace(UNDRAWABLE, '?')}`,
        needs,
      })),
      GRAPH_WIDTH,
    );
    drawings.set(plan, drawing);
  }
  return drawing;
}

function markOf(tasks: readonly TaskOrchestrator[], placeholder: string): string {
  const task = tasks[placeholder.charCodeAt(0) - FIRST_PLACEHOLDER];
  return task === undefined ? '?' : TASK_MARKS[task.state];
}
