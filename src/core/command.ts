import type { RunOutcome } from './run-outcome.js';

/** What the scheduler asks of its driver. */
export type SchedulerCommand =
  /** Run the task. `attemptsUsed` of its attempts are gone: they count against its maximum. */
  | { readonly kind: 'startTask'; readonly task: number; readonly dispatch: number; readonly attemptsUsed: number }
  /** Ask the running task to stop; the driver still reports how it ended. */
  | { readonly kind: 'cancelTask'; readonly task: number; readonly dispatch: number }
  /** Report `backoffElapsed` after so many milliseconds. */
  | { readonly kind: 'startBackoff'; readonly task: number; readonly dispatch: number; readonly delay: number }
  | { readonly kind: 'cancelBackoff'; readonly task: number; readonly dispatch: number }
  /** Every task is settled; nothing is in flight. The last command of a run. */
  | { readonly kind: 'endRun'; readonly outcome: RunOutcome };
