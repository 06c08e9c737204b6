import type { Duration, Priority, RetryPolicy } from '@temporalio/common';

/** Temporal's activity options, by their own names. Durations are milliseconds or strings such as `'10m'`. */
export interface ActivitySettings {
  /** The longest that one attempt may take. @default 10 minutes */
  readonly startToCloseTimeout?: Duration;
  /** The longest that all attempts may take together, waiting for a worker included. @default no limit */
  readonly scheduleToCloseTimeout?: Duration;
  /**
   * How long a worker may be silent before its attempt counts as lost. Heartbeats are sent by themselves; a handler
   * that blocks the event loop for longer is retried. @default 20 seconds
   */
  readonly heartbeatTimeout?: Duration;
  /** @default `{ maximumAttempts: 3 }`, with Temporal's intervals: 1 second, doubled each time */
  readonly retry?: RetryPolicy;
  /** Where the task's activity is dispatched. @default the run's task queue */
  readonly taskQueue?: string;
  readonly priority?: Priority;
}
