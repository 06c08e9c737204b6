import type { RunSnapshot, TaskSnapshot, TaskState } from 'pawl';
import { durationOf, elapsedOf, formatDuration } from './duration.js';
import type { Paint, Style } from './paint.js';

export interface RowSettings {
  readonly now: Date;
  /** Columns of the terminal. */
  readonly width: number;
  /** What turns beside a running task. */
  readonly spinner: string;
  readonly paint: Paint;
  /** Ids; known when the run has ended. */
  readonly critical: ReadonlySet<string>;
  /** The latest attempt of each task that was seen to begin. */
  readonly attempts: ReadonlyMap<string, AttemptStart>;
}

export interface AttemptStart {
  readonly attempt: number;
  readonly startedAt: Date;
}

/** Milliseconds that the time axis spans at least, so that the first bars don't jump. */
const SHORTEST_AXIS = 4_000;

/**
 * A row for each task, with its bar on a common time axis; what waits says for whom. Tasks of the same depth, which run in parallel,
 * are held together by a bracket.
 */
export function drawTasks(snapshot: RunSnapshot, settings: RowSettings): string[] {
  const { tasks, startedAt } = snapshot;
  const idWidth = Math.max(0, ...tasks.map((task) => task.id.length));
  const left = 4 + 2 + idWidth + 1 + DURATION_WIDTH + 2;
  const axis = {
    start: startedAt.getTime(),
    span: Math.max(elapsedOf(snapshot, settings.now), SHORTEST_AXIS),
    columns: Math.min(64, Math.max(8, settings.width - left - NOTE_WIDTH)),
    room: settings.width - left - 1,
  };
  const brackets = bracketsOf(tasks);
  return tasks.map((task, index) => {
    const { style, mark } = LOOK[task.state];
    const duration = durationOf(task, settings.now);
    const text = duration === undefined ? '' : formatDuration(duration);
    return [
      `  ${settings.paint('dim', brackets[index] ?? ' ')} `,
      settings.paint(style, task.state === 'running' ? settings.spinner : mark),
      ` ${task.id.padEnd(idWidth)} ${settings.paint('dim', text.padStart(DURATION_WIDTH))}  `,
      duration === undefined ? settings.paint('dim', wordsOf(task).slice(0, axis.room)) : drawBar(task, axis, settings),
    ].join('');
  });
}

const DURATION_WIDTH = 9;
/** Columns kept free to the right of the bars. */
const NOTE_WIDTH = 12;

interface Axis {
  readonly start: number;
  readonly span: number;
  readonly columns: number;
  /** Columns for the bar and what is written after it. */
  readonly room: number;
}

function drawBar(task: TaskSnapshot, axis: Axis, { now, paint, critical, attempts }: RowSettings): string {
  const columnOf = (at: Date) => ((at.getTime() - axis.start) / axis.span) * axis.columns;
  const from = Math.max(0, Math.min(axis.columns - 1, Math.floor(columnOf(task.scheduledAt ?? now))));
  const to = Math.max(from + 1, Math.min(axis.columns, Math.round(columnOf(task.settledAt ?? now))));
  const begin = Math.max(from, Math.min(to, Math.round(columnOf(latestBegin(task, attempts, now) ?? new Date(0)))));
  const isThick = task.state !== 'succeeded' || critical.size === 0 || critical.has(task.id);
  const lost = paint('yellow', '╌'.repeat(begin - from)); // earlier attempts, and the waiting between them
  const bar = paint(LOOK[task.state].style, (isThick ? '━' : '─').repeat(to - begin));
  const note = noteOf(task).slice(0, Math.max(0, axis.room - to - 1));
  return `${' '.repeat(from)}${lost}${bar}${note === '' ? '' : ` ${paint('yellow', note)}`}`;
}

/** When the last attempt of a task that had several began; undefined where nothing is known of it. */
function latestBegin(task: TaskSnapshot, starts: RowSettings['attempts'], now: Date): Date | undefined {
  if (task.attempts < 2) return undefined;
  const latest = starts.get(task.id);
  if (latest?.attempt === task.attempts) return latest.startedAt;
  return task.settledAt === undefined ? now : undefined; // it has not begun yet, or that was not seen
}

/** What is out of the ordinary about a task that was dispatched. */
function noteOf({ state, attempts, cause, error }: TaskSnapshot): string {
  if (state === 'waiting') return firstLine(cause?.message ?? '');
  if (attempts < 2) return '';
  return state === 'running' && error !== undefined
    ? `attempt ${attempts}: ${firstLine(error.message)}`
    : `attempt ${attempts}`;
}

/** Why a task was not dispatched. */
function wordsOf({ state, needs, cause }: TaskSnapshot): string {
  if (cause !== undefined) return `not run ${firstLine(cause.message)}`;
  return state === 'pending' && needs.length > 0 ? `needs ${needs.join(', ')}` : '';
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

/** For each task `┌`, `│`, `└`, or a space if it is alone in its wave. */
function bracketsOf(tasks: readonly TaskSnapshot[]): string[] {
  const depths = new Map<string, number>();
  for (const { id, needs } of tasks) depths.set(id, 1 + Math.max(0, ...needs.map((need) => depths.get(need) ?? 0)));
  const waves = tasks.map((task) => depths.get(task.id)); // in topological order, so waves are together
  return waves.map((wave, index) => {
    const isFirst = waves[index - 1] !== wave;
    const isLast = waves[index + 1] !== wave;
    if (isFirst) return isLast ? ' ' : '┌';
    return isLast ? '└' : '│';
  });
}

const LOOK: Readonly<Record<TaskState, { readonly mark: string; readonly style: Style }>> = {
  pending: { mark: '○', style: 'dim' },
  running: { mark: '●', style: 'cyan' },
  waiting: { mark: '…', style: 'yellow' },
  held: { mark: '…', style: 'yellow' },
  succeeded: { mark: '✔', style: 'green' },
  failed: { mark: '✖', style: 'red' },
  skipped: { mark: '–', style: 'dim' },
  upstream_failed: { mark: '–', style: 'dim' },
  cancelled: { mark: '–', style: 'yellow' },
};
