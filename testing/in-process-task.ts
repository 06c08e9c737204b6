import type { TaskError } from '../src/core/cause.js';
import { describeCause } from '../src/core/describe-cause.js';
import { taskAt } from '../src/core/plan.js';
import type { TaskState } from '../src/core/task-state.js';
import { findUnit, type RunTree } from './find-unit.js';

/** What became of a node, an item, or an undoing. */
export interface InProcessTask {
  readonly state: TaskState;
  readonly attempts: number;
  /** The JSON of its output. */
  readonly output: unknown;
  readonly error: TaskError | undefined;
  /** Why it did not succeed, in words. */
  readonly cause: string | undefined;
  /** Whether what the task did was undone; undefined if nobody tried. */
  readonly compensation: 'compensated' | 'failed' | undefined;
}

/** @throws {@link UnknownTaskError} */
export function readTask<T extends RunTree<T>>(root: T, id: string): InProcessTask {
  const { run, unit } = findUnit(root, id);
  const { scheduler } = run;
  const { state, attempts, output, cause, ref } = unit;
  const isTask = ref.part === undefined && !ref.undo && taskAt(scheduler.plan, ref.task).kind === 'task';
  const undo = isTask ? scheduler.undoOf(ref.task)?.state : undefined;
  return {
    state,
    attempts,
    output: state === 'succeeded' ? output : undefined,
    error: cause?.kind === 'error' ? cause.error : undefined,
    cause: cause && describeCause(cause, (index) => scheduler.idOf({ task: index })),
    compensation: undo === 'succeeded' ? 'compensated' : undo === 'failed' ? 'failed' : undefined,
  };
}
