import type { Cause } from './cause.js';
import { isRecord } from './json.js';
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
  readonly causes: Readonly<Record<number, WireCause>>;
}

/**
 * A {@link Cause}, short for those that thousands of tasks can have at once: `[root, from]` upstream, `[root, from, 1]` skipped with it, `[root]` stopped, `[]` cancelled
 * with the run, and `'error'` for a failure whose text was left out because there were too many.
 */
type WireCause =
  | Extract<Cause, { kind: 'error' | 'unserved' | 'condition' | 'trigger' }>
  | 'error'
  | readonly []
  | readonly [root: number]
  | readonly [root: number, from: number]
  | readonly [root: number, from: number, skipped: 1];

/** Whether a memo field is Pawl's; a user's memo may have one of that name. */
export function isWireSnapshot(value: unknown): value is WireSnapshot {
  return isRecord(value) && typeof value.states === 'string' && Array.isArray(value.ids);
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
  const shorten = causeShortener();
  const titles: Record<number, string> = {};
  const attempts: Record<number, number> = {};
  const causes: Record<number, WireCause> = {};
  plan.tasks.forEach((task, index) => {
    if (task.title !== undefined) titles[index] = task.title;
  });
  for (const task of tasks) {
    if (task.attempts !== 1) attempts[task.index] = task.attempts;
    if (task.cause !== undefined) causes[task.index] = shorten(task.cause);
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
    cause: readCause(snapshot.causes[index]),
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

/** Bytes of text in one snapshot before errors are cut to their first line, and before they are left out: a memo holds 2 MiB. */
const TEXT_BUDGET = { whole: 200_000, firstLines: 300_000 };
/** Characters. */
const LONGEST = { text: 4_000, firstLine: 120, type: 100 };

function causeShortener(): (cause: Cause) => WireCause {
  let used = 0;
  const text = (whole: string) => {
    const kept =
      used < TEXT_BUDGET.whole ? cut(whole, LONGEST.text) : cut(whole.split('\n', 1)[0] ?? '', LONGEST.firstLine);
    used += utf8Bound(kept);
    return kept;
  };
  return (cause) => {
    switch (cause.kind) {
      case 'error': {
        if (used > TEXT_BUDGET.firstLines) return 'error';
        const { type, message, stack } = cause.error;
        const isWhole = used < TEXT_BUDGET.whole;
        return {
          kind: 'error',
          error: {
            type: cut(type, LONGEST.type),
            message: text(message),
            ...(stack && isWhole && { stack: text(stack) }),
          },
        };
      }
      case 'unserved':
        return { kind: 'unserved', reason: used > TEXT_BUDGET.firstLines ? '' : text(cause.reason) };
      case 'condition':
      case 'trigger':
        return cause;
      case 'upstream':
        return [cause.root, cause.from];
      case 'upstreamSkipped':
        return [cause.root, cause.from, 1];
      case 'stopped':
        return [cause.root];
      case 'runCancelled':
        return [];
    }
  };
}

const LEFT_OUT: Cause = {
  kind: 'error',
  error: { type: 'Error', message: 'the message was left out, as too many tasks failed; it is in the history' },
};

function readCause(cause: WireCause | undefined): Cause | undefined {
  if (cause === undefined) return undefined;
  if (cause === 'error') return LEFT_OUT;
  if (!isTuple(cause)) return cause;
  const [root, from, skipped] = cause;
  if (root === undefined) return { kind: 'runCancelled' };
  if (from === undefined) return { kind: 'stopped', root };
  return { kind: skipped === 1 ? 'upstreamSkipped' : 'upstream', root, from };
}

/** `Array.isArray` does not narrow a union with readonly tuples. */
function isTuple(cause: object): cause is readonly [root?: number, from?: number, skipped?: 1] {
  return Array.isArray(cause);
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)} … (${text.length - length} more characters)`;
}

/** At most so many bytes as UTF-8: three for a UTF-16 unit, unless it is ASCII throughout. */
function utf8Bound(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the ASCII range begins with them
  return /^[\x00-\x7f]*$/.test(text) ? text.length : text.length * 3;
}
