import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { Json } from '../core/json.js';
import { readItemId } from '../core/unit-id.js';
import type { OutputStore } from '../data/output-store.js';
import type { WorkflowDefinition } from '../define/workflow-definition.js';
import { decodeOutputs } from './decode-outputs.js';
import { ExecutionChain } from './execution-chain.js';
import { explainRunError } from './explain-run-error.js';
import { explainItem, explainTask } from './explain-task.js';
import { readOutput, resolveOutputs } from './read-output.js';
import { readItemsPage, readStatus } from './read-status.js';
import { requireOutputs } from './require-outputs.js';
import type { RunItemsPage } from './run-items.js';
import type { RunSnapshot } from './run-snapshot.js';
import { RunTask } from './run-task.js';
import { type OrderOptions, Steering } from './steering.js';
import { type WatchOptions, watchRun } from './watch-run.js';

/** Of a page of items. */
const ITEMS_LISTED = 100;
const MOST_ITEMS = 1_000;

/** Which of a map's items to show. */
export interface ItemsOptions {
  /** The map's id. */
  readonly items: string;
  /** The number of the first item, from 0. @default 0 */
  readonly from?: number;
  /** How many, 1 to 1,000. @default 100 */
  readonly limit?: number;
}

/** Which run a handle is on. */
export interface RunReference {
  readonly id: string;
  readonly runId: string | undefined;
  /** Whether `runId` is known to be that of the run's first execution. */
  readonly isFirst?: boolean;
  readonly url: string | undefined;
}

/**
 * A handle on one run, open or closed. When the run continues as new in another execution, the handle stays on the run.
 *
 * The orders (`pause` to `send`, and those of {@link task}) return when the run has carried them out. They throw {@link OrderRefusedError} where
 * the state makes the order impossible, {@link RunClosedError}, {@link RunNotFoundError}, {@link RunBusyError}, and {@link NoWorkerError} within
 * about 10 seconds if no worker takes it.
 */
export class Run<Output = unknown> {
  /** The workflow id. */
  readonly id: string;
  /** The run id in Temporal, of its first or any later execution; undefined if the handle is on whichever run of that workflow id is the latest. */
  readonly runId: string | undefined;
  /** The run in the Temporal UI; undefined where it can't be told (set `uiUrl` or TEMPORAL_UI_URL). */
  readonly url: string | undefined;
  readonly #client: Client;
  readonly #outputs: OutputStore;
  readonly #chain: ExecutionChain;
  readonly #steering: Steering;
  readonly #definition: WorkflowDefinition | undefined;

  /**
   * @param definition with it outputs are decoded, and values are checked before they are sent
   * @internal
   */
  constructor(client: Client, outputs: OutputStore, run: RunReference, definition?: WorkflowDefinition) {
    this.#client = client;
    this.#outputs = outputs;
    this.id = run.id;
    this.runId = run.runId;
    this.url = run.url;
    this.#chain = new ExecutionChain(client, run.id, run.runId, run.isFirst ? run.runId : undefined);
    this.#steering = new Steering(this.#chain, definition);
    this.#definition = definition;
  }

  /**
   * Waits for the run's end and returns its outputs.
   *
   * @throws {@link RunFailedError}, {@link RunCancelledError}, {@link RunTerminatedError}, {@link RunTimedOutError},
   * {@link OutputSkippedError} for a completed run of which an operator skipped a task whose output the types promise,
   * {@link InvalidInputError} for a run that was started with a wrong input by other means, {@link RunNotFoundError},
   * {@link ServerUnreachableError} if the server is away for more than about 20 seconds, and for outputs that are stored {@link OutputGoneError},
   * {@link OutputDamagedError}, {@link StorageNotConfiguredError}, {@link StorageFailedError}
   */
  async result(): Promise<Output> {
    let outputs: Json;
    try {
      const wire = (await this.#chain.result()) as Json; // the workflow returns the JSON of its outputs
      outputs = await resolveOutputs(wire, this.#outputs);
    } catch (error) {
      throw explainRunError(error, this.id);
    }
    // The casts: Output is what the definition's types say, or what the caller says of a run that is known by name.
    if (this.#definition === undefined) return outputs as Output;
    await requireOutputs(this.#chain, this.#definition, outputs);
    return (await decodeOutputs(this.#definition, outputs)) as Output;
  }

  /**
   * What one task made, or a map's item (`smoke[3]`), as soon as it has succeeded. With the handle of a start it is decoded by the definition's schema. It is
   * read from the history of the run's last execution: no worker is needed.
   *
   * @throws {@link OutputMissingError} if it has not succeeded, {@link UnknownTaskError}, {@link RunNotFoundError}, {@link OutputGoneError},
   * {@link OutputDamagedError}, {@link StorageNotConfiguredError}, {@link StorageFailedError}
   */
  output(id: string): Promise<unknown> {
    return readOutput(this.#chain, this.#outputs, this.#definition, id);
  }

  /**
   * The state of every task, now. Of a map's items it has the counts.
   *
   * @throws {@link NoWorkerError} within 5 seconds, if the run is open and no worker polls its task queue. A closed run needs none.
   * @throws {@link RunNotFoundError}
   */
  status(): Promise<RunSnapshot>;
  /**
   * A map's items, page by page: `status({ items: 'smoke', from: 100 })`.
   *
   * @throws {@link UnknownTaskError} if the run has no map of that id; otherwise as without options
   */
  status(options: ItemsOptions): Promise<RunItemsPage>;
  status(options?: ItemsOptions): Promise<RunSnapshot | RunItemsPage> {
    if (options === undefined) return readStatus(this.#chain);
    const { items, from = 0, limit = ITEMS_LISTED } = options;
    return readItemsPage(this.#chain, {
      items,
      from: Math.max(0, Math.floor(from)),
      limit: Math.min(Math.max(1, Math.floor(limit)), MOST_ITEMS),
    });
  }

  /**
   * Why a task, or a map's item (`smoke[3]`), is in its state: a chain of reasons in words, one a line, down to where it began.
   *
   * @throws {@link UnknownTaskError} if the run has none of that id; otherwise as {@link status}
   */
  async explain(id: string): Promise<string> {
    const snapshot = await this.status();
    const { task, item } = readItemId(id);
    if (item === undefined) return explainTask(snapshot, id);
    return explainItem(snapshot, await this.status({ items: task, from: item, limit: 1 }), id);
  }

  /** A task, or a map's item such as `smoke[3]`, to be retried, skipped, completed, failed or cancelled. Nothing is looked up yet. */
  task(id: string): RunTask {
    return new RunTask(id, this.#steering);
  }

  /** Starts no activity and no child workflow any more, until {@link resume}. What runs goes on, and so does the time of waits and holds. */
  pause(options?: OrderOptions): Promise<void> {
    return this.#steering.order('pause', {}, options);
  }

  /** Ends a pause. */
  resume(options?: OrderOptions): Promise<void> {
    return this.#steering.order('resume', {}, options);
  }

  /** Decides an approval, which succeeds; before it waits the decision is kept. Its output says who, when and why. */
  approve(id: string, options?: OrderOptions): Promise<void> {
    return this.#steering.order('approve', { task: id }, options);
  }

  /** Decides an approval, which fails. */
  reject(id: string, options?: OrderOptions): Promise<void> {
    return this.#steering.order('reject', { task: id }, options);
  }

  /**
   * Sends an event its value; before the event waits, the value is kept.
   *
   * @throws {@link OrderFailedError} if the value does not fit the event's schema
   */
  send(id: string, value?: unknown, options?: OrderOptions): Promise<void> {
    return this.#steering.send(id, value, options);
  }

  /**
   * Snapshots of the run, one whenever something has changed, the last one when it has ended. A time without workers gives no
   * snapshots and does not end it.
   *
   * @throws {@link RunNotFoundError}
   */
  watch(options: WatchOptions = {}): AsyncGenerator<RunSnapshot, void, void> {
    return watchRun(this.#chain, options);
  }

  /** Asks the run to stop: nothing new starts, running tasks' signals abort, and it ends cancelled. Returns at once. */
  async cancel(reason?: string): Promise<void> {
    await this.#mapNotFound(async () => {
      const firstExecutionRunId = await this.#chain.firstRunId();
      await this.#client.workflowService.requestCancelWorkflowExecution({
        namespace: this.#client.options.namespace,
        workflowExecution: { workflowId: this.id },
        firstExecutionRunId: firstExecutionRunId ?? null,
        identity: this.#client.options.identity,
        requestId: randomUUID(),
        ...(reason !== undefined && { reason }),
      });
    });
  }

  /** Ends the run at once. Running tasks are told with their next heartbeat; prefer {@link cancel}. */
  async terminate(reason?: string): Promise<void> {
    await this.#mapNotFound(async () => {
      const firstExecutionRunId = await this.#chain.firstRunId();
      const options = firstExecutionRunId === undefined ? undefined : { firstExecutionRunId };
      await this.#client.workflow.getHandle(this.id, undefined, options).terminate(reason);
    });
  }

  async #mapNotFound<T>(request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      throw explainRunError(error, this.id);
    }
  }
}
