import type { Cause, TaskError } from '../core/cause.js';
import { describeCause } from '../core/describe-cause.js';
import { readTasks, type TaskStatus, type WireSnapshot } from '../core/snapshot.js';
import { TASK_STATES, type TaskState } from '../core/task-state.js';
import type { RunStatus } from './run-status.js';

/** Which run it is, and how it stands as a whole. */
export interface RunIdentity {
  readonly workflow: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly status: RunStatus;
  readonly startedAt: Date;
  readonly closedAt: Date | undefined;
  /** Whether it was asked to stop; a running task that ignores its signal can take until its timeout. */
  readonly cancelRequested: boolean;
}

/** The state of a run and of every task in it, at one moment. */
export interface RunSnapshot extends RunIdentity {
  /** How many tasks are in each state. */
  readonly counts: Readonly<Record<TaskState, number>>;
  /** In topological order. Empty while the run's plan is not made yet. */
  readonly tasks: readonly TaskSnapshot[];
  /**
   * Why the run makes no progress although nothing is wrong with its tasks: its workflow task keeps failing, for example
   * because no worker has its definition.
   */
  readonly problem: string | undefined;
}

/** The state of one task. In a terminated run a task keeps the state that it had then, such as `running`. */
export interface TaskSnapshot {
  readonly id: string;
  readonly title: string;
  readonly state: TaskState;
  /** The ids of the tasks that it needs. */
  readonly needs: readonly string[];
  /** Attempts so far; 0 for a task that never ran. Those of a task that was cancelled between two of them are not counted. */
  readonly attempts: number;
  /** When it was first handed to Temporal. */
  readonly scheduledAt: Date | undefined;
  /** When a worker took the attempt that runs now; known for running tasks of an open run only. */
  readonly startedAt: Date | undefined;
  readonly settledAt: Date | undefined;
  /** Why it failed; for a running task, why its last attempt failed. */
  readonly error: TaskError | undefined;
  /** Why it did not succeed, or why it waits. */
  readonly cause: TaskCause | undefined;
}

export interface TaskCause {
  /** In words, such as `because 'build' failed`. */
  readonly message: string;
  /** The task where it began, a failure or a skip; undefined for a cancelled run. */
  readonly root: string | undefined;
  /** The need through which it came; its own cause is the next link of the chain. */
  readonly from: string | undefined;
}

/** What Temporal knows of a running task's present attempt. */
export interface PendingAttempt {
  readonly attempt: number;
  readonly startedAt: Date | undefined;
  readonly lastFailure: TaskError | undefined;
}

export function buildSnapshot(
  run: RunIdentity,
  wire: WireSnapshot | undefined,
  pending: ReadonlyMap<string, PendingAttempt>,
  problem: string | undefined,
): RunSnapshot {
  const statuses = wire === undefined ? [] : readTasks(wire);
  const idOf = (index: number) => statuses[index]?.id ?? String(index);
  const counts = Object.fromEntries(TASK_STATES.map((state) => [state, 0])) as Record<TaskState, number>; // every state is a key
  for (const { state } of statuses) counts[state]++;
  const tasks = statuses.map((status) => taskSnapshot(status, idOf, pending.get(status.id)));
  return { ...run, counts, tasks, problem };
}

function taskSnapshot(
  status: TaskStatus,
  idOf: (index: number) => string,
  pending: PendingAttempt | undefined,
): TaskSnapshot {
  const { cause, state } = status;
  const attempt = state === 'running' ? pending : undefined;
  return {
    id: status.id,
    title: status.title ?? status.id,
    state,
    needs: status.needs.map(idOf),
    attempts: state === 'running' ? status.attempts + (attempt?.attempt ?? 1) : status.attempts,
    scheduledAt: dateOf(status.scheduledAt),
    startedAt: attempt?.startedAt,
    settledAt: dateOf(status.settledAt),
    error: cause?.kind === 'error' ? cause.error : attempt?.lastFailure,
    cause: cause && {
      message: describeCause(cause, idOf),
      root: 'root' in cause ? idOf(cause.root) : BEGINS_ITSELF.has(cause.kind) ? status.id : undefined,
      from: 'from' in cause ? idOf(cause.from) : undefined,
    },
  };
}

/** The causes with which a chain begins. */
const BEGINS_ITSELF: ReadonlySet<Cause['kind']> = new Set(['error', 'condition', 'trigger']);

function dateOf(milliseconds: number | undefined): Date | undefined {
  return milliseconds === undefined ? undefined : new Date(milliseconds);
}
