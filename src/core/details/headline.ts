import type { Scheduler } from '../scheduler.js';
import type { TaskState } from '../task-state.js';
import { markdownCell } from './markdown-cell.js';
import { TASK_MARKS } from './task-marks.js';

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

/** In characters. */
const MAX_ACTOR = 50;

/** What the run is doing, how far it is, and how many tasks are in each state; then the items that are held, and how far it is undone. */
export function headline(scheduler: Scheduler): string {
  const { counts, settledCount, tasks } = scheduler;
  const progress = `${phaseOf(scheduler)}, ${settledCount} of ${tasks.length} ${tasks.length === 1 ? 'task' : 'tasks'} settled`;
  const undone = stateCounts(countStates(scheduler.undos()));
  const states = stateCounts(counts);
  const all = `**${progress}**${states === '' ? '' : `: ${states}`}`;
  const held = heldItems(scheduler);
  return [
    all,
    ...(held > 0 ? [`${TASK_MARKS.held} ${held} ${held === 1 ? 'item' : 'items'} held`] : []),
    ...(undone === '' ? [] : [`compensations and destroys: ${undone}`]),
  ].join('; ');
}

/** A map with items that are held is running itself. */
function heldItems(scheduler: Scheduler): number {
  let held = 0;
  for (const { index, state } of scheduler.tasks) {
    if (state !== 'running') continue;
    for (const part of scheduler.partsOf(index)) if (part.state === 'held') held++;
  }
  return held;
}

function phaseOf(scheduler: Scheduler): string {
  const { outcome, isPaused, stage, isClosed } = scheduler;
  if (outcome !== undefined) return outcome;
  if (isPaused) return `paused${pausedBy(scheduler)}`;
  switch (stage) {
    case 'compensating':
      return 'undoing';
    case 'finishing':
      return 'finishing';
    default:
      return isClosed ? 'stopping' : 'running';
  }
}

function pausedBy({ audit }: Scheduler): string {
  const pause = audit.findLast(({ verb, refused }) => verb === 'pause' && refused === undefined);
  return pause === undefined ? '' : ` by ${markdownCell(pause.actor, MAX_ACTOR)}`;
}

function countStates(units: readonly { readonly state: TaskState }[]): Partial<Record<TaskState, number>> {
  const counts: Partial<Record<TaskState, number>> = {};
  for (const { state } of units) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

function stateCounts(counts: Readonly<Partial<Record<TaskState, number>>>): string {
  return HEADLINE_ORDER.filter((state) => (counts[state] ?? 0) > 0)
    .map((state) => `${TASK_MARKS[state]} ${counts[state]} ${state}`)
    .join(', ');
}
