import type { RunOutcome } from './run-outcome.js';
import type { DispatchRef } from './unit-ref.js';

/** Which of a node's functions an activity calls. All but the last three ask the node's `when` before. */
export type Call = 'run' | 'when' | 'over' | 'with' | 'compensate' | 'destroy' | 'finish';

/** What befalls a run and must reach the child workflows that run its maps' items: `stop` as the failure policy of that name. */
export type ShardOrder = 'pause' | 'resume' | 'stop';

/** What the scheduler asks of its driver. */
export type SchedulerCommand =
  /** Call the function in an activity. */
  | (DispatchRef & {
      readonly kind: 'startTask';
      readonly call: Call;
      /** By earlier dispatches; its own attempts count on from there. */
      readonly attemptsUsed: number;
      /** How many attempts this dispatch has; 0 means without limit. */
      readonly attemptsLeft: number;
    })
  /** Start the unit's child workflow, see `childStart`. */
  | (DispatchRef & { readonly kind: 'startChild' })
  /**
   * Ask what runs for this dispatch to stop. The driver still reports how it ended; the scheduler ignores that, if it was dispatched
   * anew or settled in the meantime.
   */
  | (DispatchRef & { readonly kind: 'cancelTask' })
  /** Report `timerElapsed` after so many milliseconds, 0 at least. A unit has one timer at a time. */
  | (DispatchRef & {
      readonly kind: 'startTimer';
      readonly timer: 'backoff' | 'wait' | 'hold';
      readonly delay: number;
    })
  | (DispatchRef & { readonly kind: 'cancelTimer' })
  /** Pass this on to the shard that runs for the dispatch. */
  | (DispatchRef & { readonly kind: 'tellShard'; readonly told: ShardOrder })
  /** Every task is settled; nothing is in flight. The last command of a run. */
  | { readonly kind: 'endRun'; readonly outcome: RunOutcome };
