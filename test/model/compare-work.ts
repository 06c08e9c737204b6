import type { Plan } from '../../src/core/plan.js';
import type { UnitRef } from '../../src/core/unit-ref.js';
import { describeUnit } from './describe-event.js';
import { isSameUnit, type ModelDriver } from './model-driver.js';
import type { OracleUnit } from './oracle/oracle-unit.js';
import type { Oracle } from './oracle.js';

/** Compares what the scheduler has had its driver start with what the oracle says must run and be timed. */
export class WorkComparison {
  readonly #backoffs = new Map<string, number>();

  constructor(readonly plan: Plan) {}

  /**
   * What is in flight for the oracle runs, and was asked to stop if it says so; what else runs was asked to stop.
   *
   * @returns the first difference
   */
  compareDispatches(driver: ModelDriver, oracle: Oracle): string | undefined {
    let current = 0;
    for (const open of driver.dispatches) {
      const unit = oracle.unit(open);
      const isCurrent = unit.inFlight && unit.dispatches === open.dispatch;
      if (isCurrent) current += 1;
      const isAsked = !isCurrent || unit.asked !== undefined;
      if (open.isAsked === isAsked) continue;
      return `${this.#nameOf(open)}#${open.dispatch} was ${isAsked ? 'not asked to stop' : 'asked to stop'}`;
    }
    return current === oracle.inFlight ? undefined : `${current} are in flight, not ${oracle.inFlight}`;
  }

  /** How long a backoff takes the scheduler has chosen; the oracle is told. */
  compareTimers(driver: ModelDriver, oracle: Oracle): string | undefined {
    let expected = 0;
    for (const unit of oracle.units) {
      if (unit.timer === undefined) continue;
      expected += 1;
      const difference = this.#compareTimer(driver, unit, unit.timer);
      if (difference !== undefined) return difference;
    }
    if (expected === driver.timers.length) return undefined;
    const wrong = driver.timers.filter((open) => oracle.unit(open).timer === undefined);
    return `timers that should not be: ${wrong.map((open) => `${open.timer} of ${this.#nameOf(open)}`)}`;
  }

  #compareTimer(
    driver: ModelDriver,
    { ref, attemptsForgiven }: OracleUnit,
    timer: NonNullable<OracleUnit['timer']>,
  ): string | undefined {
    const open = driver.timers.find((open) => isSameUnit(open, ref));
    if (open?.timer !== timer.kind) return `${this.#nameOf(ref)} has ${open?.timer ?? 'no'} timer, not ${timer.kind}`;
    if (timer.due === undefined) {
      timer.due = open.due;
      return this.#compareBackoff(`${this.#nameOf(ref)} ${attemptsForgiven}`, open.due - open.startedAt);
    }
    // What has elapsed while the run was saved elapses at once.
    if (Math.max(timer.due, open.startedAt) === open.due) return undefined;
    return `the ${timer.kind} timer of ${this.#nameOf(ref)} elapses at ${open.due}, not at ${timer.due}`;
  }

  #compareBackoff(name: string, delay: number): string | undefined {
    const before = this.#backoffs.get(name) ?? 1;
    this.#backoffs.set(name, delay);
    return delay < before ? `backoff of ${name} is ${delay} ms after one of ${before} ms` : undefined;
  }

  #nameOf(ref: UnitRef): string {
    return describeUnit(this.plan, ref);
  }
}
