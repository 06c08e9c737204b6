import type { Duration, Priority, RetryPolicy } from '@temporalio/common';

/** Where a node's functions run: as an activity that any worker can take, or as a local activity of the worker that has the run. */
export type Placement = 'activity' | 'local';

/** Temporal's activity options, by their own names. Durations are milliseconds or strings such as `'10m'`. */
export interface ActivitySettings {
  /** The longest that one attempt may take. @default 10 minutes; 5 seconds, which is also the most, with `placement: 'local'` */
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
  /**
   * `local` saves a short task most of its cost: it runs in the worker that has the run, which tells the server of it later. That worker's
   * crash may repeat it, and with it the local tasks of the second before. @default the workflow's
   */
  readonly placement?: Placement;
}
