import { Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import { isRecord, type Json } from '../src/core/json.js';
import { largestLocalOutput } from '../src/core/local-limits.js';
import { LARGEST_PAYLOAD } from '../src/core/payload-size.js';
import type { FailureNote, TaskArgument, TaskReply } from '../src/core/protocol.js';
import type { OutputStore, StoredFor } from '../src/data/output-store.js';
import { type AutomaticHeartbeat, startHeartbeat } from './automatic-heartbeat.js';
import type { Surroundings } from './call-handler.js';
import { callWithSecrets } from './call-with-secrets.js';
import { checkLocalResult } from './check-local-result.js';
import type { EventLoopWatch } from './event-loop-watch.js';
import { fitFailure } from './fit-failure.js';
import type { LocalStops } from './local-stops.js';
import { placeOutput } from './place-output.js';
import type { CallThroughCache } from './result-caching.js';
import type { ServedTask } from './served-task.js';
import { toTaskFailure } from './task-failure.js';
import { unitName } from './unit-name.js';
import type { WorkerSecrets } from './worker-secrets.js';

/** What the tasks of a worker share. */
export interface TaskSurroundings {
  readonly eventLoop: EventLoopWatch;
  readonly outputs: OutputStore;
  readonly secrets: WorkerSecrets;
  readonly throughCache: CallThroughCache;
  readonly localStops: LocalStops;
}

/** The Temporal activity around the functions of a node. */
export function taskActivity(task: ServedTask, shared: TaskSurroundings) {
  const { eventLoop, outputs: store, secrets, throughCache, localStops } = shared;
  return async (argument: TaskArgument): Promise<Json | TaskReply | undefined> => {
    const activity = Context.current();
    const attempts = argument.pawl.attemptsUsed + activity.info.attempt;
    const heartbeat = startHeartbeat(activity, (details) => secrets.mask(details));
    const endWatch = eventLoop.watch({
      name: `${argument.pawl.workflow}.${unitName(argument.pawl)}`,
      heartbeatTimeout: activity.info.heartbeatTimeoutMs ?? Number.POSITIVE_INFINITY,
      warn: (message) => activity.log.warn(message),
    });
    const { signal, end } = stopSignal(activity, argument, localStops);
    try {
      signal.throwIfAborted(); // it had to wait for a free slot
      const surroundings = surroundingsOf(activity, signal, attempts, heartbeat);
      const means = { load: store.loader(), secrets, throughCache };
      const result = await callWithSecrets(task, argument, surroundings, means);
      if (result.kind === 'skipped') return { $pawl: { attempts, skipped: true } };
      const output = await placeOutput(result.output, {
        store,
        owner: ownerOf(argument, surroundings),
        inlineBytes: inlineBytesOf(argument.pawl, store),
        isItems: argument.pawl.call === 'over',
        signal,
      });
      if (activity.info.isLocal) checkLocalResult(output, argument.pawl.call);
      const { cached } = result;
      return attempts === 1 && cached === undefined && !looksLikeReply(output)
        ? output
        : replyOf({ attempts, ...(cached !== undefined && { cached }) }, output);
    } catch (error) {
      // The SDK reports a cancellation only for its own error; a handler may throw anything once its signal has aborted.
      if (activity.cancellationSignal.aborted) throw cancellationOf(error, attempts);
      const failure = toTaskFailure(error, attempts);
      throw activity.info.isLocal ? fitFailure(failure, largestLocalOutput()) : failure;
    } finally {
      heartbeat.stop();
      endWatch();
      end();
    }
  };
}

/** When an attempt is to stop: a local one is asked to by its run in this worker. */
function stopSignal(
  { info, cancellationSignal }: Context,
  { pawl }: TaskArgument,
  localStops: LocalStops,
): { readonly signal: AbortSignal; end(): void } {
  if (!info.isLocal || pawl.dispatch === undefined) return { signal: cancellationSignal, end() {} };
  return localStops.begin(info.workflowExecution?.runId ?? '', pawl.dispatch, cancellationSignal);
}

function surroundingsOf(
  activity: Context,
  signal: AbortSignal,
  attempt: number,
  heartbeat: AutomaticHeartbeat,
): Surroundings {
  const { workflowId = '', runId = '' } = activity.info.workflowExecution ?? {};
  return {
    signal,
    attempt,
    heartbeat: (details) => heartbeat.report(details),
    heartbeatDetails: activity.info.heartbeatDetails as Json | undefined, // only Pawl's own heartbeats, which are JSON
    log: activity.log,
    workflowId,
    runId,
  };
}

function ownerOf({ pawl }: TaskArgument, { workflowId, runId }: Surroundings): StoredFor {
  return { workflow: pawl.workflow, ...(pawl.owner ?? { workflowId, runId }) };
}

/** A list of items that can't be stored travels itself for as long as it can: the run needs it in any case. */
function inlineBytesOf({ call, inlineBytes }: TaskArgument['pawl'], { canStore }: OutputStore): number | undefined {
  return call === 'over' && inlineBytes !== undefined && !canStore ? LARGEST_PAYLOAD : inlineBytes;
}

function replyOf($pawl: TaskReply['$pawl'], output: Json | undefined): TaskReply {
  return { $pawl, ...(output !== undefined && { output }) };
}

function looksLikeReply(output: Json | undefined): boolean {
  return isRecord(output) && '$pawl' in output;
}

/** As with failures, the workflow is told of the attempts in the details and in no other way. */
function cancellationOf(error: unknown, attempts: number): CancelledFailure {
  const note: FailureNote = { pawl: { attempts } };
  const { message, details } =
    error instanceof CancelledFailure ? error : new CancelledFailure('the task was cancelled');
  return new CancelledFailure(message, [...details, note]);
}
