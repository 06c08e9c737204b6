import { CancellationScope, condition } from '@temporalio/workflow';
import { isSteady } from '../src/core/history-bound.js';
import type { Plan } from '../src/core/plan.js';

/**
 * In which order a run hears of what comes at once: results, signals and requests to cancel, orders, and what local activities made.
 *
 * The SDK hands over orders first, and what comes at once is not the same for every worker. A workflow task that led to nothing, such as the end of one of several
 * needs, is to a worker that has not seen the run a part of the next one: an order would come before a result that it had come after. And what local activities
 * made comes in a replay with the orders of the workflow task in which they ended. In the order that is kept here all workers hear the same.
 *
 * Undefined is returned where there is nothing to wait for: a promise would take turns of the event loop.
 */
export class Hearing {
  readonly #isSteady: boolean;
  /** Requests and orders that wait for their turn. */
  #waiting = 0;
  #locals = 0;

  /** @param plan those of older protocols heard in the order of the SDK */
  constructor(plan: Plan) {
    this.#isSteady = isSteady(plan);
  }

  /** Before the run is told of a signal or a request to cancel. */
  request(): Promise<void> | undefined {
    return this.#wait(1);
  }

  /** Before an order is carried out, or a local activity is asked what is to be thought of it. */
  order(): Promise<void> | undefined {
    return this.#wait(2);
  }

  /** Before this execution gives way: what has come with what brought it to rest would be lost. */
  all(): Promise<void> | undefined {
    return this.#isSteady ? rounds(3) : undefined;
  }

  /** Before the run is told of what a local activity made: one after the other, whatever each takes. */
  local(): Promise<void> | undefined {
    if (this.#waiting === 0) return undefined;
    return rounds(3 + this.#locals++).finally(() => this.#locals--);
  }

  #wait(count: number): Promise<void> | undefined {
    if (!this.#isSteady) return undefined;
    this.#waiting++;
    return rounds(count).finally(() => this.#waiting--);
  }
}

/** Resolves when so many times there was nothing left to do. */
async function rounds(count: number): Promise<void> {
  for (let left = count; left > 0; left--) await CancellationScope.nonCancellable(quiet);
}

/** The SDK looks at conditions whenever it has handed over something, while nothing else runs, and again when all that came of it has run. */
function quiet(): Promise<void> {
  let hasRun = false;
  void Promise.resolve().then(() => {
    hasRun = true;
  });
  return condition(() => hasRun);
}
