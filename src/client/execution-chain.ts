import { type Client, type WorkflowExecutionDescription, WorkflowNotFoundError } from '@temporalio/client';
import { RunNotFoundError } from './errors.js';
import { isGrpcStatus } from './grpc-error.js';
import { runStatusOf } from './run-status.js';
import { quote } from './visibility-query.js';

/** Temporal's HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT; its enum is in a CommonJS module whose names ESM can't import. */
const CLOSE_EVENT = 2;

/** Executions of one workflow id, latest first. */
const MOST_LOOKED_AT = 100;

/**
 * One run: the executions of a workflow id that continue each other as new. It is named by any of them, or by none for the latest run
 * of the workflow id. An early execution may be deleted when its retention is over, while the run goes on.
 */
export class ExecutionChain {
  readonly client: Client;
  readonly workflowId: string;
  readonly runId: string | undefined;
  #firstRunId: string | undefined;

  /** @param firstRunId of the chain's first execution, where that is known */
  constructor(client: Client, workflowId: string, runId: string | undefined, firstRunId?: string) {
    this.client = client;
    this.workflowId = workflowId;
    this.runId = runId;
    this.#firstRunId = firstRunId;
  }

  /** Of a child workflow. @param unit the id of what it runs, such as `smoke[0..999]` */
  child(unit: string): ExecutionChain {
    return new ExecutionChain(this.client, `${this.workflowId}/${unit}`, undefined);
  }

  /** @throws {@link RunNotFoundError} */
  async latest(): Promise<WorkflowExecutionDescription> {
    const named = await this.#describe(this.runId);
    if (this.runId === undefined) return named ?? this.#throwNotFound();
    if (named !== undefined && !isContinued(named)) return named;
    const newest = await this.#describe(undefined);
    const first = named === undefined ? this.runId : firstRunIdOf(named);
    if (newest !== undefined && firstRunIdOf(newest) === first) return newest;
    return named === undefined ? this.#search(first) : this.#follow(named);
  }

  /**
   * Of its first execution: with it the server applies a request to the latest one of this chain, and to no other run. Undefined for the
   * latest run of the workflow id, whichever that is when the request comes.
   */
  async firstRunId(): Promise<string | undefined> {
    if (this.runId === undefined) return undefined;
    this.#firstRunId ??= firstRunIdOf(await this.latest());
    return this.#firstRunId;
  }

  /** Waits for the end of its last execution, and returns what that returned. */
  async result(): Promise<unknown> {
    try {
      return await this.client.workflow.getHandle(this.workflowId, this.runId).result();
    } catch (error) {
      if (this.runId === undefined || !(error instanceof WorkflowNotFoundError)) throw error;
      // The retention of the execution that names the run may be over; a later one of the chain still has its end.
      const { runId } = await this.latest();
      return this.client.workflow.getHandle(this.workflowId, runId).result();
    }
  }

  /** A run of the same workflow id was started after this one, so the server's latest is another one. */
  async #follow(continued: WorkflowExecutionDescription): Promise<WorkflowExecutionDescription> {
    let execution = continued;
    while (isContinued(execution)) {
      const next = await this.#describe(await this.#successorOf(execution));
      if (next === undefined) return this.#throwNotFound();
      execution = next;
    }
    return execution;
  }

  /** Its first execution is deleted, and a run of the same workflow id was started after it: only visibility still leads to it. */
  async #search(firstRunId: string): Promise<WorkflowExecutionDescription> {
    let looked = 0;
    for await (const { runId } of this.client.workflow.list({ query: `WorkflowId = ${quote(this.workflowId)}` })) {
      const execution = await this.#describe(runId);
      if (execution !== undefined && firstRunIdOf(execution) === firstRunId) return execution;
      if (++looked === MOST_LOOKED_AT) break;
    }
    return this.#throwNotFound();
  }

  async #successorOf({ workflowId, runId }: WorkflowExecutionDescription): Promise<string> {
    const { history } = await this.client.workflowService.getWorkflowExecutionHistory({
      namespace: this.client.options.namespace,
      execution: { workflowId, runId },
      historyEventFilterType: CLOSE_EVENT,
    });
    const attributes = history?.events?.[0]?.workflowExecutionContinuedAsNewEventAttributes;
    return attributes?.newExecutionRunId || this.#throwNotFound();
  }

  async #describe(runId: string | undefined): Promise<WorkflowExecutionDescription | undefined> {
    try {
      return await this.client.workflow.getHandle(this.workflowId, runId).describe();
    } catch (error) {
      if (error instanceof WorkflowNotFoundError || isGrpcStatus(error, 'notFound')) return undefined;
      throw error;
    }
  }

  #throwNotFound(): never {
    const which = this.runId === undefined ? '' : ` with run id ${this.runId}`;
    throw new RunNotFoundError(`there is no run '${this.workflowId}'${which}`, {
      hint: 'it was never started in this namespace, or its retention is over',
    });
  }
}

function isContinued({ status }: WorkflowExecutionDescription): boolean {
  return runStatusOf(status.name) === 'continued_as_new';
}

function firstRunIdOf({ raw, runId }: WorkflowExecutionDescription): string {
  return raw.workflowExecutionInfo?.firstRunId || runId; // a server that does not say it sends an empty text
}
