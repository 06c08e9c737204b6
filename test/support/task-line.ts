import type { GroupBuilder } from '../../src/define/workflow-builder.js';
import type { TaskContext, TaskHandle } from '../../src/index.js';

interface LineOptions {
  /** Called by each task's handler. */
  readonly onRun?: (context: TaskContext) => void;
  /** Undoes each of them. */
  readonly compensate?: (made: object, context: TaskContext) => void;
}

/** So many tasks `t1`, `t2`, … in a line; each gives its number, which it makes from the one before. Returns the last. */
export function taskLine(
  { task }: Pick<GroupBuilder<unknown>, 'task'>,
  length: number,
  { onRun, compensate = () => {} }: LineOptions = {},
): TaskHandle<number, number> {
  const count = (before: number, context: TaskContext) => {
    onRun?.(context);
    return before + 1;
  };
  let last = task('t1', { run: (_, context) => count(0, context), compensate });
  for (let i = 2; i <= length; i++) {
    last = task(`t${i}`, { needs: { last }, run: ({ last }, context) => count(last, context), compensate });
  }
  return last;
}
