import { taskAt } from '../plan.js';
import type { Scheduler } from '../scheduler.js';
import type { TaskOrchestrator } from '../task-orchestrator.js';
import { isSettled } from '../task-state.js';
import { durationText } from './duration-text.js';
import { markdownCell } from './markdown-cell.js';
import { TASK_MARKS } from './task-marks.js';
import { unitNotes } from './unit-notes.js';

/** In characters. */
const MAX_NAME = 100;
/** A space at which the UI does not break a narrow column. */
const NO_BREAK = '\u00a0';

/** Units as a Markdown table, in the given order. */
export function unitTable(scheduler: Scheduler, units: readonly TaskOrchestrator[]): string {
  const blocked = blockedByRoot(scheduler.tasks);
  const rows = units.map((unit) => {
    const isTask = unit.ref.part === undefined && !unit.ref.undo;
    const cells = [
      `${TASK_MARKS[unit.state]}${NO_BREAK}${unit.state}`,
      markdownCell(nameOf(scheduler, unit, isTask), MAX_NAME),
      attemptsText(unit),
      tookText(unit),
      unitNotes(scheduler, unit, isTask ? (blocked.get(unit.index) ?? 0) : 0),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return ['| state | task | attempts | took | notes |', '| - | - | -: | -: | - |', ...rows].join('\n');
}

function nameOf(scheduler: Scheduler, { ref, index }: TaskOrchestrator, isTask: boolean): string {
  if (!isTask) return scheduler.idOf(ref);
  const { id, title } = taskAt(scheduler.plan, index);
  return title === undefined || title === id ? id : `${id}: ${title}`;
}

/** Attempts of a task that runs are known once it is reported. */
function attemptsText({ attempts }: TaskOrchestrator): string {
  return attempts === 0 ? '' : String(attempts);
}

function tookText({ state, scheduledAt, settledAt }: TaskOrchestrator): string {
  if (!isSettled(state) || scheduledAt === undefined || settledAt === undefined) return '';
  return durationText(settledAt - scheduledAt).replaceAll(' ', NO_BREAK);
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
