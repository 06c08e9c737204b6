import type { Verb } from '../core/order.js';
import { readTasks, type WireSnapshot } from '../core/snapshot.js';
import type { RunStatus } from './run-status.js';
import { countStates, type StateCounts } from './state-counts.js';
import { type PendingAttempt, type TaskSnapshot, taskSnapshot } from './task-snapshot.js';

/** Which run it is, and how it stands as a whole. */
export interface RunIdentity {
  readonly workflow: string;
  readonly workflowId: string;
  /** Of its latest execution. */
  readonly runId: string;
  readonly status: RunStatus;
  readonly startedAt: Date;
  readonly closedAt: Date | undefined;
  /** Whether it was asked to stop; a running task that ignores its signal can take until its timeout. */
  readonly cancelRequested: boolean;
  /** The run whose outputs it uses again, if it was started by `engine.rerun`. */
  readonly rerunOf: { readonly workflowId: string; readonly runId: string } | undefined;
}

/** The state of a run and of every task in it, at one moment. */
export interface RunSnapshot extends RunIdentity {
  /** Whether an operator has paused it: it starts nothing. */
  readonly paused: boolean;
  /** How many tasks are in each state. */
  readonly counts: StateCounts;
  /** In topological order. Empty while the run's plan is not made yet. */
  readonly tasks: readonly TaskSnapshot[];
  /** What operators ordered, first to last. */
  readonly audit: readonly AuditLine[];
  /**
   * Why the run makes no progress although nothing is wrong with its tasks: its workflow task keeps failing, for example
   * because no worker has its definition.
   */
  readonly problem: string | undefined;
}

/** An order that an operator gave. */
export interface AuditLine {
  readonly at: Date;
  readonly verb: Verb;
  /** The task or item; undefined for `pause` and `resume`. */
  readonly task: string | undefined;
  readonly actor: string;
  readonly reason: string | undefined;
  /** Of the update. */
  readonly updateId: string;
  /** Why it had no effect, where it had none. */
  readonly refused: string | undefined;
}

/** @param pending by the ids of tasks and items */
export function buildSnapshot(
  run: RunIdentity,
  wire: WireSnapshot | undefined,
  pending: ReadonlyMap<string, PendingAttempt>,
  problem: string | undefined,
): RunSnapshot {
  const statuses = wire === undefined ? [] : readTasks(wire);
  const idOf = (index: number) => statuses[index]?.id ?? String(index);
  const counts = countStates(statuses.map(({ state }) => state));
  const tasks = statuses.map((status) => taskSnapshot(status, idOf, pending.get(status.id)));
  const audit = (wire?.audit ?? []).map(
    ({ at, verb, task, actor, reason, id, refused }): AuditLine => ({
      at: new Date(at),
      verb,
      task,
      actor,
      reason,
      updateId: id,
      refused,
    }),
  );
  return { ...run, paused: wire?.isPaused === true, counts, tasks, audit, problem };
}
