import type { Duration } from '@temporalio/common';
import {
  ActivityFailure,
  CancellationScope,
  log,
  proxyLocalActivities,
  TemporalFailure,
  workflowInfo,
} from '@temporalio/workflow';
import type { Json } from '../src/core/json.js';
import { type Owner, STORE_ACTIVITY, type StoreReply, type StoreRequest } from '../src/core/protocol.js';
import type { Claim } from '../src/core/wire-output.js';

/**
 * Stores what is too large for a run to carry, by a local activity: its argument takes no room in history, and is in no message to the
 * server.
 */
export class ValueStore {
  readonly #workflow: string;
  readonly #owner: Owner | undefined;

  /** @param owner whose the values are, where not this execution's own */
  constructor(workflow: string, owner: Owner | undefined) {
    this.#workflow = workflow;
    this.#owner = owner;
  }

  /**
   * A claim on each of the values; undefined if the worker has no storage, or that fails: then they stay where they are.
   *
   * @param patience with a storage that fails
   */
  store(values: readonly Json[], summary: string, patience?: Duration): Promise<readonly Claim[] | undefined> {
    return new Promise((resolve, reject) => this.storeThen(values, summary, resolve, reject, patience));
  }

  /**
   * The same; `stored` is called after as many turns of the event loop as the end of a local task is heard of, for the reason that `LocalActivityRunner` gives.
   *
   * @param broken is called for what is wrong with this code
   */
  storeThen(
    values: readonly Json[],
    summary: string,
    stored: (claims: readonly Claim[] | undefined) => void,
    broken: (error: unknown) => void,
    patience: Duration = '5m',
  ): void {
    const activities = proxyLocalActivities<Record<string, (request: StoreRequest) => Promise<StoreReply>>>({
      startToCloseTimeout: '2m',
      scheduleToCloseTimeout: patience,
      retry: { nonRetryableErrorTypes: ['NotFoundError'] }, // of a worker whose Pawl knew no storage
      summary,
    });
    const { workflowId, runId } = workflowInfo();
    const request: StoreRequest = { workflow: this.#workflow, owner: this.#owner ?? { workflowId, runId }, values };
    // In a run that was asked to stop as well.
    void new CancellationScope({ cancellable: false })
      .run(() => activities[STORE_ACTIVITY]?.(request) ?? Promise.reject(new Error('no activity')))
      .then(
        (reply) => (reply.status === 'stored' ? reply.claims : undefined),
        (error: unknown) => refusal(error, summary),
      )
      .then(stored)
      .catch(broken);
  }
}

/** What can't be stored stays where it is. */
function refusal(error: unknown, summary: string): undefined {
  if (!(error instanceof TemporalFailure)) throw error;
  const reason = error instanceof ActivityFailure && error.cause ? error.cause.message : error.message;
  log.warn(`could not ${summary}: ${reason}`);
}
