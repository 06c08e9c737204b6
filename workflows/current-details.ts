import { log, setCurrentDetails } from '@temporalio/workflow';
import { type DetailsMoment, DetailsSchedule } from '../src/core/details/details-schedule.js';
import { renderRunDetails } from '../src/core/details/run-details.js';
import type { Scheduler } from '../src/core/scheduler.js';

/** Keeps what the Temporal UI shows as the run's current details up to date, at little cost and without events in history. */
export class CurrentDetails {
  readonly #scheduler: Scheduler;
  readonly #schedule = new DetailsSchedule();
  readonly #maps: readonly number[];
  #isAsked = false;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
    this.#maps = scheduler.plan.tasks.flatMap(({ kind }, index) => (kind === 'map' ? [index] : []));
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
    if (!this.#schedule.shouldRender(this.#momentWhen(idle))) return;
    try {
      setCurrentDetails(renderRunDetails(this.#scheduler));
    } catch (error) {
      // Only a picture of the run: the run itself must go on.
      log.error('the current details can not be rendered', { error });
    }
  }

  #momentWhen(idle: boolean): DetailsMoment {
    const { tasks, settledCount, outcome, audit, inFlight } = this.#scheduler;
    const maps = this.#maps.flatMap((task) => this.#scheduler.map(task) ?? []);
    return {
      unitCount: maps.reduce((sum, { parts }) => sum + parts.length, tasks.length),
      settledCount: maps.reduce((sum, map) => sum + map.settledCount, settledCount),
      lastOrder: audit.at(-1)?.id,
      quiet: inFlight === 0,
      now: Date.now(),
      ended: outcome !== undefined,
      idle,
    };
  }
}
