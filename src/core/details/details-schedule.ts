/** What the driver knows after it has handled an event. */
export interface DetailsMoment {
  /** Tasks and parts of maps, so far as they are known. */
  readonly unitCount: number;
  /** How many of them are settled. */
  readonly settledCount: number;
  /** The id of the last order that an operator gave. */
  readonly lastOrder: string | undefined;
  /** Nothing is in flight: the run may stay as it is for days. */
  readonly quiet: boolean;
  /** Workflow time, in milliseconds since the epoch. */
  readonly now: number;
  /** Every task is settled. */
  readonly ended: boolean;
  /** All that was reported is handled and all that may start is dispatched: the run waits for something from outside. */
  readonly idle: boolean;
}

/** Units that may settle before the details are rendered again. */
const SETTLED_INTERVAL = 100;
/** In milliseconds of workflow time. */
const TIME_INTERVAL = 2_000;
/** A run of so many units may be rendered in every workflow task: it takes less than 2 % of one. */
const UNITS_PER_CATCH_UP = 50;
/** Above so many the details hardly grow with the run: failures only, and no graph; items of maps are counted, not shown. */
const MOST_UNITS_SHOWN = 200;

/**
 * Decides when the details of a run are rendered, so that this costs less than 2 % of a workflow task and what they show is
 * seldom out of date:
 *
 * - at the end, always;
 * - otherwise only when the run is idle: earlier, nobody can see them, as a query is answered between two activations;
 * - when it is idle for the first time, or when since the last rendering 100 tasks or items have settled or 2 s of workflow time have
 *   gone by;
 * - when an operator gave an order, who wants to see what came of it, and when nothing is in flight, as then a task that is held, a wait or a
 *   pause may be what is to be seen for days;
 * - and, to catch up, after every so many idle moments without one: each for a run of up to 50 tasks and items, every fourth from 151
 *   on.
 *
 * The last rule is for a long task after a burst. Nothing happens in the workflow while it runs, so what was suppressed at the
 * end of the burst could not be made up for, short of a timer, which would cost events. With it the details are never more
 * than three workflow tasks behind, and those of a small run never are. Keeping a moment is O(1); one instance for each run.
 */
export class DetailsSchedule {
  #last: Pick<DetailsMoment, 'settledCount' | 'lastOrder' | 'now'> | undefined;
  #suppressed = 0;

  /** Whether to render now; the answer counts on it being done. To be asked after every event that changed something. */
  shouldRender(moment: DetailsMoment): boolean {
    if (!moment.ended && !(moment.idle && this.#isDue(moment))) return false;
    const { settledCount, lastOrder, now } = moment;
    this.#last = { settledCount, lastOrder, now };
    this.#suppressed = 0;
    return true;
  }

  #isDue({ unitCount, settledCount, lastOrder, quiet, now }: DetailsMoment): boolean {
    if (this.#last === undefined || quiet || lastOrder !== this.#last.lastOrder) return true;
    this.#suppressed++;
    return (
      this.#suppressed >= Math.min(unitCount, MOST_UNITS_SHOWN) / UNITS_PER_CATCH_UP ||
      settledCount - this.#last.settledCount >= SETTLED_INTERVAL ||
      now - this.#last.now >= TIME_INTERVAL
    );
  }
}
