/** What the driver knows after it has handled an event. */
export interface DetailsMoment {
  readonly settledCount: number;
  /** Workflow time, in milliseconds since the epoch. */
  readonly now: number;
  /** Every task is settled. */
  readonly ended: boolean;
  /** All that was reported is handled and all that may start is dispatched: the run waits for something from outside. */
  readonly idle: boolean;
}

/** Tasks that may settle before the details are rendered again. */
const SETTLED_INTERVAL = 100;
/** In milliseconds of workflow time. */
const TIME_INTERVAL = 2_000;
/** A run of so many tasks may be rendered in every workflow task: it takes less than 2 % of one. */
const TASKS_PER_CATCH_UP = 50;
/** Above so many tasks the details no longer grow with the run: failures only, and no graph. */
const MOST_TASKS_SHOWN = 200;

/**
 * Decides when the details of a run are rendered, so that this costs less than 2 % of a workflow task and what they show is
 * seldom out of date:
 *
 * - at the end, always;
 * - otherwise only when the run is idle: earlier, nobody can see them, as a query is answered between two activations;
 * - when it is idle for the first time, or when since the last rendering 100 tasks have settled or 2 s of workflow time have
 *   gone by;
 * - and, to catch up, after every so many idle moments without one: each for a run of up to 50 tasks, every fourth from 151
 *   tasks on.
 *
 * The last rule is for a long task after a burst. Nothing happens in the workflow while it runs, so what was suppressed at the
 * end of the burst could not be made up for, short of a timer, which would cost events. With it the details are never more
 * than three workflow tasks behind, and those of a small run never are. Keeping a moment is O(1); one instance for each run.
 */
export class DetailsSchedule {
  readonly #catchUpAfter: number;
  #last: { readonly settledCount: number; readonly now: number } | undefined;
  #suppressed = 0;

  /** @param taskCount the number of tasks in the run's plan */
  constructor(taskCount: number) {
    this.#catchUpAfter = Math.max(1, Math.ceil(Math.min(taskCount, MOST_TASKS_SHOWN) / TASKS_PER_CATCH_UP));
  }

  /** Whether to render now; the answer counts on it being done. To be asked after every event that changed something. */
  shouldRender(moment: DetailsMoment): boolean {
    if (!moment.ended && !(moment.idle && this.#isDue(moment))) return false;
    this.#last = { settledCount: moment.settledCount, now: moment.now };
    this.#suppressed = 0;
    return true;
  }

  #isDue({ settledCount, now }: DetailsMoment): boolean {
    if (this.#last === undefined) return true;
    this.#suppressed++;
    return (
      this.#suppressed >= this.#catchUpAfter ||
      settledCount - this.#last.settledCount >= SETTLED_INTERVAL ||
      now - this.#last.now >= TIME_INTERVAL
    );
  }
}
