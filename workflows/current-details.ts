import { log, setCurrentDetails } from '@temporalio/workflow';
import { DetailsSchedule } from '../src/core/details/details-schedule.js';
import { renderRunDetails } from '../src/core/details/run-details.js';
import type { Scheduler } from '../src/core/scheduler.js';

/** Keeps what the Temporal UI shows as the run's current details up to date, at little cost and without events in history. */
export class CurrentDetails {
  readonly #scheduler: Scheduler;
  readonly #schedule: DetailsSchedule;
  #isAsked = false;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
    this.#schedule = new DetailsSchedule(scheduler.plan.tasks.length);
  }

  /** To be called after every event. Events that come together are waited for: only what stands at their end can be seen. */
  update(): void {
    if (this.#scheduler.outcome !== undefined) {
      this.#renderIfDue(false);
      return;
    }
    if (this.#isAsked) return;
    this.#isAsked = true;
    void Promise.resolve().then(() => {
      this.#isAsked = false;
      this.#renderIfDue(true);
    });
  }

  #renderIfDue(idle: boolean): void {
    const { settledCount, outcome } = this.#scheduler;
    const moment = { settledCount, now: Date.now(), ended: outcome !== undefined, idle };
    if (!this.#schedule.shouldRender(moment)) return;
    try {
      setCurrentDetails(renderRunDetails(this.#scheduler));
    } catch (error) {
      // Only a picture of the run: the run itself must go on.
      log.error('the current details can not be rendered', { error });
    }
  }
}
