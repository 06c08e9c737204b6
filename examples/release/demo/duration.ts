import type { RunSnapshot, TaskSnapshot } from 'pawl';

/** Milliseconds from a task's dispatch to its end, all attempts and what lay between them included; undefined if it was never dispatched. */
export function durationOf(task: TaskSnapshot, now: Date): number | undefined {
  if (task.scheduledAt === undefined) return undefined;
  return Math.max(0, (task.settledAt ?? now).getTime() - task.scheduledAt.getTime());
}

/** Milliseconds since the run's start, or from its start to its end. */
export function elapsedOf(snapshot: RunSnapshot, now: Date): number {
  return Math.max(0, (snapshot.closedAt ?? now).getTime() - snapshot.startedAt.getTime());
}

/** `0.4 s`, `12.3 s`, `2 min 05 s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 59_950) return `${(milliseconds / 1_000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1_000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}
