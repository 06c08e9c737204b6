/**
 * The moments of a worker at which it may be stopped: those at which Temporal holds something that the worker has not done yet, or the
 * worker has done something that Temporal does not know of yet.
 */
export const MOMENTS = [
  /** Temporal has recorded that the task's activity (or `pawl.plan`) has started; its handler has not been entered. */
  'task received',
  /** Its entry is in the log, and nothing else has happened. */
  'handler entered',
  'handler at work',
  /** Its output is there; Temporal has not been told. */
  'handler returned',
  /** A completion is in history; the workflow has not been told. */
  'workflow task received',
  /** The workflow has decided what to do next; Temporal has not been told. */
  'workflow task computed',
  /** The same with the run's result. */
  'run ending',
] as const;

export type Moment = (typeof MOMENTS)[number];

/** What a worker does when it has reached a moment for the nth time, counted from 1. */
export interface Stop {
  readonly moment: Moment;
  readonly nth: number;
  /** `die`: SIGKILL itself, there and then. `hold`: tell the test and do nothing at that place until it says `goOn`. */
  readonly action: 'die' | 'hold';
}
