import type { TaskError } from './cause.js';
import type { Json } from './json.js';
import { shortenText } from './shorten-text.js';
import type { TaskOrchestrator } from './task-orchestrator.js';
import type { TaskState } from './task-state.js';

/**
 * How a task ended, for a dependent that runs whatever that was; `pending` for what had not ended when the dependent was dispatched.
 *
 * @typeParam T the task's output
 */
export type TaskResult<T> =
  | { readonly status: 'succeeded'; readonly output: T }
  | { readonly status: 'failed'; readonly error: TaskError }
  | { readonly status: 'skipped' | 'upstream_failed' | 'cancelled' | 'pending' };

export type WireTaskResult = TaskResult<Json | undefined>;

/** The JSON of a task's result, as a dependent's activity gets it. */
export function taskResult({ state, output, cause }: TaskOrchestrator): Json {
  const status = RESULT_STATUS[state];
  switch (status) {
    case 'succeeded':
      return { status, ...(output !== undefined && { output }) };
    case 'failed':
      return {
        status,
        error: briefly(cause?.kind === 'error' ? cause.error : { type: 'Error', message: 'unknown failure' }),
      };
    default:
      return { status };
  }
}

/** Characters. A task may be given the results of hundreds of failures, and all of them together must fit into one payload. */
const MESSAGE_ENDS = 500;

/** Without the stack, which is in the history of the failed activity. */
function briefly({ type, message }: TaskError): { type: string; message: string } {
  return { type, message: shortenText(message, MESSAGE_ENDS) };
}

const RESULT_STATUS: Readonly<Record<TaskState, TaskResult<unknown>['status']>> = {
  pending: 'pending',
  running: 'pending',
  waiting: 'pending',
  held: 'pending',
  succeeded: 'succeeded',
  failed: 'failed',
  skipped: 'skipped',
  upstream_failed: 'upstream_failed',
  cancelled: 'cancelled',
};
