import type { TaskSnapshot } from 'pawl';

/**
 * The tasks that decided how long the run took, first to last: from the one that ended last back through the need that each had to
 * wait for longest. What is not on it could have been slower for free.
 */
export function criticalPath(tasks: readonly TaskSnapshot[]): TaskSnapshot[] {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const path: TaskSnapshot[] = [];
  let next = lastSettled(tasks);
  while (next !== undefined) {
    path.unshift(next);
    next = lastSettled(next.needs.flatMap((id) => byId.get(id) ?? []));
  }
  return path;
}

/** Of those that ran. */
function lastSettled(tasks: readonly TaskSnapshot[]): TaskSnapshot | undefined {
  const ran = tasks.filter((task) => task.scheduledAt !== undefined && task.settledAt !== undefined);
  return ran.toSorted((a, b) => endOf(b) - endOf(a))[0];
}

function endOf(task: TaskSnapshot): number {
  return task.settledAt?.getTime() ?? 0;
}
