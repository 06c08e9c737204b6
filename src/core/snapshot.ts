import type { Cause, TaskError } from './cause.js';
import { PROTOCOL } from './protocol.js';
import type { RunOutcome } from './run-outcome.js';
import type { Scheduler } from './scheduler.js';
import { TASK_STATES, type TaskState } from './task-state.js';

/**
 * The state of every task in a compact form, small enough to be kept in the run's memo when it closes: columns
 * instead of rows, a letter for each state, times relative to the run's start. It stands alone: whoever reads it needs
 * neither the plan nor the history.
 */
export interface WireSnapshot {
  readonly protocol: number;
  readonly workflow: string;
  readonly planHash: string;
  readonly outcome?: RunOutcome;
  /** Milliseconds since the epoch; the times below count from it. */
  readonly startedAt: number;
  readonly ids: readonly string[];
  readonly titles: Readonly<Record<number, string>>;
  readonly needs: readonly (readonly number[])[];
  /** One letter for each task, see {@link STATE_LETTERS}. */
  readonly states: string;
  /** Attempts, where there were other than one. */
  readonly attempts: Readonly<Record<number, number>>;
  readonly scheduled: readonly (number | null)[];
  readonly settled: readonly (number | null)[];
  readonly causes: Readonly<Record<number, Cause>>;
}

/** One task of a snapshot. Times are milliseconds since the epoch. */
export interface TaskStatus {
  readonly index: number;
  readonly id: string;
  readonly title: string | undefined;
  readonly state: TaskState;
  readonly needs: readonly number[];
  readonly attempts: number;
  readonly scheduledAt: number | undefined;
  readonly settledAt: number | undefined;
  readonly cause: Cause | undefined;
}

export function takeSnapshot(scheduler: Scheduler, startedAt: number): WireSnapshot {
  const { plan, tasks } = scheduler;
  const trim = errorTrimmer();
  const titles: Record<number, string> = {};
  const attempts: Record<number, number> = {};
  const causes: Record<number, Cause> = {};
  plan.tasks.forEach((task, index) => {
    if (task.title !== undefined) titles[index] = task.title;
  });
  for (const task of tasks) {
    if (task.attempts !== 1) attempts[task.index] = task.attempts;
    if (task.cause?.kind === 'error') causes[task.index] = { kind: 'error', error: trim(task.cause.error) };
    else if (task.cause !== undefined) causes[task.index] = task.cause;
  }
  const sinceStart = (time: number | undefined) => (time === undefined ? null : time - startedAt);
  return {
    protocol: PROTOCOL,
    workflow: plan.workflow,
    planHash: plan.hash,
    ...(scheduler.outcome !== undefined && { outcome: scheduler.outcome }),
    startedAt,
    ids: plan.tasks.map((task) => task.id),
    titles,
    needs: plan.tasks.map((task) => task.needs),
    states: tasks.map((task) => STATE_LETTERS[task.state]).join(''),
    attempts,
    scheduled: tasks.map((task) => sinceStart(task.scheduledAt)),
    settled: tasks.map((task) => sinceStart(task.settledAt)),
    causes,
  };
}

export function readTasks(snapshot: WireSnapshot): TaskStatus[] {
  const absolute = (time: number | null | undefined) => (time == null ? undefined : snapshot.startedAt + time);
  return snapshot.ids.map((id, index) => ({
    index,
    id,
    title: snapshot.titles[index],
    state: stateOfLetter(snapshot.states.charAt(index)),
    needs: snapshot.needs[index] ?? [],
    attempts: snapshot.attempts[index] ?? 1,
    scheduledAt: absolute(snapshot.scheduled[index]),
    settledAt: absolute(snapshot.settled[index]),
    cause: snapshot.causes[index],
  }));
}

const STATE_LETTERS: Readonly<Record<TaskState, string>> = {
  pending: 'p',
  running: 'r',
  waiting: 'w',
  held: 'h',
  succeeded: 's',
  failed: 'f',
  skipped: 'k',
  upstream_failed: 'u',
  cancelled: 'c',
};

const STATES_BY_LETTER = new Map(TASK_STATES.map((state) => [STATE_LETTERS[state], state]));

function stateOfLetter(letter: string): TaskState {
  const state = STATES_BY_LETTER.get(letter);
  if (state === undefined) throw new RangeError(`unknown task state '${letter}' in a snapshot; a newer Pawl wrote it`);
  return state;
}

/** Characters of error text in one snapshot before errors are cut to their first line: a memo holds 2 MiB. */
const ERROR_TEXT_BUDGET = 200_000;
const ERROR_TEXT_MAXIMUM = 4_000;
const FIRST_LINE_MAXIMUM = 120;

function errorTrimmer(): (error: TaskError) => TaskError {
  let left = ERROR_TEXT_BUDGET;
  return ({ message, type, stack }) => {
    const whole = {
      type,
      message: cut(message, ERROR_TEXT_MAXIMUM),
      ...(stack && { stack: cut(stack, ERROR_TEXT_MAXIMUM) }),
    };
    left -= whole.message.length + (whole.stack?.length ?? 0);
    return left > 0 ? whole : { type, message: cut(message.split('\n', 1)[0] ?? '', FIRST_LINE_MAXIMUM) };
  };
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)} … (${text.length - length} more characters)`;
}
