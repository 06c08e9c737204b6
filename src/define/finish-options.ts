import type { RunOutcome } from '../core/run-outcome.js';
import type { TaskResult } from '../core/task-result.js';
import type { ActivitySettings } from './activity-settings.js';
import type { TaskContext } from './task-context.js';

/** What `onFinish` gets: how the run ended, and each of its nodes. */
export interface FinishedRun {
  readonly outcome: RunOutcome;
  /** By id, each with its output decoded; `onFinish` itself is not among them. */
  readonly tasks: Readonly<Record<string, TaskResult<unknown>>>;
}

type FinishHandler<Input> = (run: FinishedRun, context: TaskContext<Input>) => unknown;

/** All options of the node that runs at the end of a run, whatever happened. */
export type FinishOptions<Input> = ActivitySettings & {
  /** What people read in the Temporal UI and in drawings. @default the id */
  readonly title?: string;
} & (
    | {
        /** What it returns is left out; its failure is reported and changes nothing. */
        readonly run: FinishHandler<Input>;
        readonly load?: undefined;
      }
    | {
        readonly load: () => Promise<{ readonly run: FinishHandler<Input> }>;
        readonly run?: undefined;
      }
  );
