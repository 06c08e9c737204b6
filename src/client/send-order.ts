import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  type WorkflowUpdateHandle,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  WorkflowUpdateStage,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Verb } from '../core/order.js';
import { FailureType, type OrderArgument } from '../core/protocol.js';
import { NoWorkerError, ServerUnreachableError } from './errors.js';
import type { ExecutionChain } from './execution-chain.js';
import { grpcDetails, isGrpcStatus } from './grpc-error.js';
import { queryState } from './query-state.js';
import { runStatusOf } from './run-status.js';
import { OrderFailedError, OrderRefusedError, RunBusyError, RunClosedError } from './steering-errors.js';
import { workflowTaskProblem } from './workflow-task-problem.js';

/** Milliseconds within which a worker must take the order; then it is asked for the state, to see whether there is one at all. */
const ACCEPT_DEADLINE = 5_000;
/** Milliseconds within which what an accepted order carries must have been checked, by a worker as well. */
const ANSWER_DEADLINE = 30_000;
/** Milliseconds for which an order is sent again that met a limit, or an execution that was just continuing as new. */
const PATIENCE = 60_000;
/** Milliseconds between two of those. */
const BACKOFF = { first: 100, coefficient: 2, most: 5_000 };

/** What the server says of an update whose execution ended, or continued as new, after accepting and before completing it. */
const ENDED_BEFORE_ANSWER = 'AcceptedUpdateCompletedWorkflow';
/** A worker that was shutting down, or answered a workflow task of before, left it unread. */
const UNPROCESSED = 'UnprocessedUpdate';

export interface OutgoingOrder {
  readonly verb: Verb;
  readonly argument: OrderArgument;
  /** The run carries out an order once, however often it comes with this id. */
  readonly updateId: string;
}

/**
 * Sends an operator's order to the latest execution of a run, and returns when it has been carried out. It is sent again, with the same id,
 * where a limit or a continuation kept it from being looked at.
 */
export async function sendOrder(chain: ExecutionChain, order: OutgoingOrder): Promise<void> {
  const firstExecutionRunId = await chain.firstRunId();
  const last = Date.now() + PATIENCE;
  for (let delay = BACKOFF.first; ; delay = Math.min(delay * BACKOFF.coefficient, BACKOFF.most)) {
    try {
      return await update(chain, order, firstExecutionRunId);
    } catch (error) {
      await throwIfFinal(chain, order, error);
      if (Date.now() + delay > last) throw tooBusy(chain, order, error);
    }
    await new Promise((resolve) => setTimeout(resolve, delay));
  }
}

async function update(
  { client, workflowId }: ExecutionChain,
  { verb, argument, updateId }: OutgoingOrder,
  firstExecutionRunId: string | undefined,
): Promise<void> {
  const handle = client.workflow.getHandle(
    workflowId,
    undefined,
    firstExecutionRunId === undefined ? undefined : { firstExecutionRunId },
  );
  const accepted: WorkflowUpdateHandle<unknown> = await client.withDeadline(Date.now() + ACCEPT_DEADLINE, () =>
    handle.startUpdate(verb, { args: [argument], updateId, waitForStage: WorkflowUpdateStage.ACCEPTED }),
  );
  await client.withDeadline(Date.now() + ANSWER_DEADLINE, () => accepted.result());
}

/** Returns if the order may be sent again. */
async function throwIfFinal(chain: ExecutionChain, order: OutgoingOrder, error: unknown): Promise<void> {
  if (error instanceof WorkflowUpdateFailedError) return throwIfAnswered(chain, order, error);
  if (error instanceof WorkflowNotFoundError || isGrpcStatus(error, 'notFound')) return throwIfClosed(chain);
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return throwIfNobodyAnswers(chain, order, error);
  if (isGrpcStatus(error, 'unavailable')) {
    throw new ServerUnreachableError(`the Temporal server was lost; '${order.verb}' may have been carried out`, {
      place: `run '${chain.workflowId}'`,
      hint: `give it again with updateId: '${order.updateId}': it is not carried out twice`,
      cause: error,
    });
  }
  // The limit of all updates is a failed precondition, and so is a workflow task that fails.
  if (isGrpcStatus(error, 'failedPrecondition')) return throwIfStuck(chain, error);
  if (!isGrpcStatus(error, 'resourceExhausted', 'aborted')) throw error;
}

async function throwIfAnswered(
  chain: ExecutionChain,
  { verb, argument }: OutgoingOrder,
  { cause, message }: WorkflowUpdateFailedError,
): Promise<void> {
  const type = cause instanceof ApplicationFailure ? cause.type : undefined;
  if (type === ENDED_BEFORE_ANSWER) return throwIfClosed(chain);
  if (type === UNPROCESSED || type === FailureType.busy) return;
  const what = argument.task === undefined ? verb : `${verb} '${argument.task}'`;
  const reason = `${what}: ${cause?.message ?? message}`;
  const details = { place: `run '${chain.workflowId}'`, cause };
  throw type === FailureType.orderFailed
    ? new OrderFailedError(reason, details)
    : new OrderRefusedError(reason, details);
}

async function throwIfClosed(chain: ExecutionChain): Promise<void> {
  const { status, closeTime } = await chain.latest();
  const name = runStatusOf(status.name);
  if (name !== 'running' && name !== 'continued_as_new')
    throw new RunClosedError(chain.workflowId, name, closeTime ?? undefined);
}

async function throwIfStuck(chain: ExecutionChain, cause: unknown): Promise<void> {
  const problem = await workflowTaskProblem(chain.client, await chain.latest());
  if (problem === undefined) return;
  throw new NoWorkerError(`no worker can carry it out: ${problem}`, { place: `run '${chain.workflowId}'`, cause });
}

/** An update waits for a worker as long as its caller does. */
async function throwIfNobodyAnswers(chain: ExecutionChain, order: OutgoingOrder, cause: unknown): Promise<void> {
  await throwIfStuck(chain, cause);
  await throwIfClosed(chain);
  const latest = await chain.latest();
  try {
    await queryState(chain.client, latest);
  } catch (error) {
    if (!(error instanceof NoWorkerError)) throw error;
    throw new NoWorkerError(`no worker took '${order.verb}' for the open run '${chain.workflowId}'`, {
      place: `task queue '${latest.taskQueue}'`,
      hint: `it may still be carried out when one comes; giving it again with updateId: '${order.updateId}' does not carry it out twice`,
      cause,
    });
  }
}

function tooBusy(chain: ExecutionChain, { verb, updateId }: OutgoingOrder, cause: unknown): RunBusyError {
  const said = grpcDetails(cause) || (cause instanceof Error ? cause.message : String(cause));
  return new RunBusyError(`'${verb}' found no place for ${PATIENCE / 1_000} s: ${said}`, {
    place: `run '${chain.workflowId}'`,
    hint: `give it again with updateId: '${updateId}'`,
    cause,
  });
}
