import type { FailurePolicy, Scheduling } from '../core/plan.js';

/** What holds for a task or a workflow that does not say otherwise; the one place where defaults are stated. */
export const DEFAULTS = {
  /** Of the server, as Temporal's SDK has it. */
  address: 'localhost:7233',
  /** The Temporal task queue of clients and workers. */
  taskQueue: 'pawl',
  /** Milliseconds: 10 minutes for one attempt. */
  startToCloseTimeout: 600_000,
  /** Milliseconds, of a local task. */
  localStartToCloseTimeout: 5_000,
  /** Milliseconds: a killed worker's task is taken over after 20 seconds. */
  heartbeatTimeout: 20_000,
  /** Attempts of a task, the first included. */
  maximumAttempts: 3,
  /** Tasks of one run in flight at once; Temporal allows an execution 2,000 pending activities. */
  maxConcurrentTasks: 500,
  scheduling: 'frontier' as Scheduling,
  onFailure: 'continue' as FailurePolicy,
} as const;
