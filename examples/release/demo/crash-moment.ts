import type { RunSnapshot } from 'pawl';

/** While tasks run in parallel; where a package has no checks that take time, while something after them runs. */
export function isCrashMoment({ status, tasks, counts }: RunSnapshot): boolean {
  const running = tasks.filter((task) => task.state === 'running' && task.startedAt !== undefined);
  return status === 'running' && (running.length >= 2 || (running.length === 1 && counts.succeeded > 2));
}
