import type { CachedFrom } from '../core/cached-column.js';
import type { Cause, TaskError } from '../core/cause.js';
import { describeCause } from '../core/describe-cause.js';
import type { NodeKind } from '../core/plan.js';
import type { TaskStatus } from '../core/snapshot.js';
import type { TaskState } from '../core/task-state.js';
import { itemsByState, type StateCounts } from './state-counts.js';

/** The state of one task. In a terminated run a task keeps the state that it had then, such as `running`. */
export interface TaskSnapshot {
  readonly id: string;
  readonly title: string;
  readonly kind: NodeKind;
  readonly state: TaskState;
  /** The ids of the tasks that it needs. */
  readonly needs: readonly string[];
  /** Attempts so far; 0 for a task that never ran. Those of a task that was cancelled between two of them are not counted. */
  readonly attempts: number;
  /** When it was first handed to Temporal, or began to wait. */
  readonly scheduledAt: Date | undefined;
  /** When a worker took the attempt that runs now; known for running tasks of an open run only. */
  readonly startedAt: Date | undefined;
  readonly settledAt: Date | undefined;
  /** When its wait, its hold, or the time until it is dispatched again ends by itself; undefined where nothing does. */
  readonly until: Date | undefined;
  /** Why it failed, or is held; for a running task, why its last attempt failed. */
  readonly error: TaskError | undefined;
  /** Why it did not succeed, or why it waits. */
  readonly cause: TaskCause | undefined;
  /** How large what it made is, and where it is stored; undefined if it made nothing. `run.output(id)` reads it. */
  readonly output: OutputSummary | undefined;
  /** The run that made its output, where that was found in the cache: the execution in whose history the call is. */
  readonly cached: CachedFrom | undefined;
  /** Of a map, once its items are known; `run.status({ items: id })` lists them. */
  readonly items: ItemCounts | undefined;
  /** How far its compensation is, or a resource's `destroy`, once that has begun. */
  readonly compensation: 'running' | 'compensated' | 'destroyed' | 'failed' | undefined;
  /** Why that failed. */
  readonly compensationError: TaskError | undefined;
}

export interface OutputSummary {
  /** Of its JSON. */
  readonly bytes: number;
  /** The name of the storage driver that has it; undefined if it travels in the run's history. */
  readonly storage: string | undefined;
}

export interface ItemCounts {
  readonly total: number;
  /** How many are in each state. Where the map is split over child workflows, those of a child that has not ended count as that child. */
  readonly counts: StateCounts;
}

export interface TaskCause {
  /** Which kind of reason it is. */
  readonly kind: Cause['kind'];
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

export function taskSnapshot(
  status: TaskStatus,
  idOf: (index: number) => string,
  pending: PendingAttempt | undefined,
): TaskSnapshot {
  const { cause, state, kind, undo } = status;
  const attempt = state === 'running' ? pending : undefined;
  return {
    id: status.id,
    title: status.title ?? status.id,
    kind,
    state,
    needs: status.needs.map(idOf),
    attempts: attemptsOf(status, attempt),
    scheduledAt: dateOf(status.scheduledAt),
    startedAt: attempt?.startedAt,
    settledAt: dateOf(status.settledAt),
    until: dateOf(status.until),
    error: cause?.kind === 'error' ? cause.error : attempt?.lastFailure,
    cause: cause && readableCause(cause, status.id, idOf),
    output: status.output && { bytes: status.output.bytes, storage: status.output.driver },
    cached: status.cached,
    items: status.items && { total: status.items.total, counts: itemsByState(status.items) },
    compensation: undo && compensationOf(kind, undo.state),
    compensationError: undo?.cause?.kind === 'error' ? undo.cause.error : undefined,
  };
}

/** Those of a dispatch are told when it has ended; the server knows the one that runs now. A map whose items run has none itself. */
function attemptsOf({ state, kind, attempts, items }: TaskStatus, pending: PendingAttempt | undefined): number {
  if (state !== 'running' || items !== undefined) return attempts;
  if (pending !== undefined) return attempts + pending.attempt;
  return kind === 'subworkflow' ? Math.max(attempts, 1) : attempts + 1;
}

export function readableCause(cause: Cause, id: string, idOf: (index: number) => string): TaskCause {
  return {
    kind: cause.kind,
    message: describeCause(cause, idOf),
    root: 'root' in cause ? idOf(cause.root) : BEGINS_ITSELF.has(cause.kind) ? id : undefined,
    from: 'from' in cause ? idOf(cause.from) : undefined,
  };
}

/** The causes with which a chain begins. */
const BEGINS_ITSELF: ReadonlySet<Cause['kind']> = new Set(['error', 'condition', 'trigger', 'timeout', 'operator']);

function compensationOf(kind: NodeKind, state: TaskState): TaskSnapshot['compensation'] {
  if (state === 'succeeded') return kind === 'resource' ? 'destroyed' : 'compensated';
  return state === 'failed' ? 'failed' : 'running';
}

export function dateOf(milliseconds: number | undefined): Date | undefined {
  return milliseconds === undefined ? undefined : new Date(milliseconds);
}
