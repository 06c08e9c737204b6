import { randomUUID } from 'node:crypto';
import { type Client, WorkflowFailedError } from '@temporalio/client';
import type { Json } from '../core/json.js';
import { NoWorkerError } from './errors.js';
import { explainRunError } from './explain-run-error.js';
import { isGrpcStatus } from './grpc-error.js';
import { Pause } from './pause.js';
import { readStatus } from './read-status.js';
import type { RunSnapshot } from './run-snapshot.js';

/** Milliseconds between two looks of {@link Run.watch}. */
const WATCH_INTERVAL = 500;
const LEAST_INTERVAL = 50;
const MOST_INTERVAL = 3_600_000;

export interface WatchOptions {
  /** Milliseconds between two looks at the run, 50 at least. @default 500 */
  readonly interval?: number;
}

/** A handle on one run, open or closed. */
export class Run<Output = unknown> {
  /** The workflow id. */
  readonly id: string;
  /** The run id in Temporal; undefined if the handle is on whichever run of that workflow id is the latest. */
  readonly runId: string | undefined;
  /** The run in the Temporal UI; undefined where it can't be told (set `uiUrl` or TEMPORAL_UI_URL). */
  readonly url: string | undefined;
  readonly #client: Client;
  readonly #decode: (outputs: Json) => Promise<Output>;

  /** @internal */
  constructor(
    client: Client,
    run: { id: string; runId: string | undefined; url: string | undefined },
    decode: (outputs: Json) => Promise<Output>,
  ) {
    this.#client = client;
    this.id = run.id;
    this.runId = run.runId;
    this.url = run.url;
    this.#decode = decode;
  }

  /**
   * Waits for the run's end and returns its outputs.
   *
   * @throws {@link RunFailedError}, {@link RunCancelledError}, {@link RunTerminatedError}, {@link RunTimedOutError},
   * {@link InvalidInputError} for a run that was started with a wrong input by other means, {@link RunNotFoundError},
   * {@link ServerUnreachableError} if the server is away for more than about 20 seconds
   */
  async result(): Promise<Output> {
    let outputs: Json;
    try {
      outputs = (await this.#handle().result()) as Json; // the workflow returns the JSON of its outputs
    } catch (error) {
      throw explainRunError(error, this.id);
    }
    return this.#decode(outputs);
  }

  /**
   * The state of every task, now.
   *
   * @throws {@link NoWorkerError} within 5 seconds, if the run is open and no worker polls its task queue. A closed run needs none.
   * @throws {@link RunNotFoundError}
   */
  status(): Promise<RunSnapshot> {
    return readStatus(this.#client, this.id, this.runId);
  }

  /**
   * Snapshots of the run, one whenever something has changed, the last one when it has ended. A time without workers gives no
   * snapshots and does not end it.
   *
   * @throws {@link RunNotFoundError}
   */
  async *watch({ interval = WATCH_INTERVAL }: WatchOptions = {}): AsyncGenerator<RunSnapshot, void, void> {
    const rhythm = Math.min(
      Math.max(Number.isFinite(interval) ? interval : WATCH_INTERVAL, LEAST_INTERVAL),
      MOST_INTERVAL,
    );
    const following = new AbortController();
    const pause = new Pause();
    void this.#ended(following.signal).then(() => pause.end());
    try {
      let last = '';
      for (;;) {
        const snapshot = await this.#statusIfAnswered();
        const text = JSON.stringify(snapshot);
        if (snapshot !== undefined && text !== last) yield snapshot;
        if (snapshot !== undefined && snapshot.status !== 'running') return;
        last = text ?? last;
        await pause.take(rhythm);
      }
    } finally {
      following.abort(); // nobody waits for the end any more, whether it came or the caller left
    }
  }

  /** Asks the run to stop: nothing new starts, running tasks' signals abort, and it ends cancelled. Returns at once. */
  async cancel(reason?: string): Promise<void> {
    await this.#mapNotFound(
      this.#client.workflowService.requestCancelWorkflowExecution({
        namespace: this.#client.options.namespace,
        workflowExecution: { workflowId: this.id, runId: this.runId ?? null },
        identity: this.#client.options.identity,
        requestId: randomUUID(),
        ...(reason !== undefined && { reason }),
      }),
    );
  }

  /** Ends the run at once. Running tasks are told with their next heartbeat; prefer {@link cancel}. */
  async terminate(reason?: string): Promise<void> {
    await this.#mapNotFound(this.#handle().terminate(reason));
  }

  /** Resolves at the run's end; how it ended is in the last snapshot. If the server is lost meanwhile, it never does. */
  async #ended(signal: AbortSignal): Promise<void> {
    try {
      await this.#client.withAbortSignal(signal, () => this.#handle().result());
    } catch (error) {
      if (!(error instanceof WorkflowFailedError)) await new Promise(() => {});
    }
  }

  #handle() {
    return this.#client.workflow.getHandle(this.id, this.runId);
  }

  async #statusIfAnswered(): Promise<RunSnapshot | undefined> {
    try {
      return await this.status();
    } catch (error) {
      if (error instanceof NoWorkerError || isGrpcStatus(error, 'unavailable')) return undefined; // it may come back
      throw error;
    }
  }

  async #mapNotFound<T>(promise: Promise<T>): Promise<T> {
    try {
      return await promise;
    } catch (error) {
      throw explainRunError(error, this.id);
    }
  }
}
