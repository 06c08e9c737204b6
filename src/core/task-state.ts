/**
 * The states of a task:
 *
 * - `pending`: its needs are not settled yet, or no place was free
 * - `running`: dispatched to a worker
 * - `waiting`: no worker that fits has taken it; it is dispatched again after a backoff
 * - `held`: failed, and kept for an operator's decision
 * - `succeeded`, `failed`, `cancelled`: how its own work ended
 * - `skipped`: a condition said no, or a task that it needs was skipped
 * - `upstream_failed`: could not run because of a failure
 */
export const TASK_STATES = [
  'pending',
  'running',
  'waiting',
  'held',
  'succeeded',
  'failed',
  'skipped',
  'upstream_failed',
  'cancelled',
] as const;

export type TaskState = (typeof TASK_STATES)[number];

export type SettledState = 'succeeded' | 'failed' | 'skipped' | 'upstream_failed' | 'cancelled';

/** A settled task never changes again by itself; what depends on it may be decided. */
export function isSettled(state: TaskState): state is SettledState {
  switch (state) {
    case 'succeeded':
    case 'failed':
    case 'skipped':
    case 'upstream_failed':
    case 'cancelled':
      return true;
    case 'pending':
    case 'running':
    case 'waiting':
    case 'held':
      return false;
  }
}
