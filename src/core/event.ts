import type { TaskError } from './cause.js';
import type { Json } from './json.js';

/**
 * What a driver reports to the scheduler. `dispatch` counts a task's dispatches from 1: a result of an older one is
 * ignored. `at` is in milliseconds since the epoch.
 */
export type SchedulerEvent = { readonly at: number } & (
  | { readonly kind: 'runStarted' }
  | { readonly kind: 'runCancelRequested' }
  | TaskEvent
);

export type TaskEvent = { readonly task: number; readonly dispatch: number } & (
  | { readonly kind: 'taskSucceeded'; readonly output: Json | undefined; readonly attempts: number }
  | { readonly kind: 'taskFailed'; readonly error: TaskError; readonly attempts: number }
  | { readonly kind: 'taskCancelled'; readonly attempts: number }
  /** Its `when` said no. */
  | { readonly kind: 'taskSkipped'; readonly attempts: number }
  /** No handler that fits was on the worker that took it. `attempts` were used before that, this one not counted. */
  | { readonly kind: 'taskUnserved'; readonly reason: string; readonly attempts: number }
  | { readonly kind: 'backoffElapsed' }
);
