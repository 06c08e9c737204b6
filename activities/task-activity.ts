import { Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import { isRecord, type Json } from '../src/core/json.js';
import type { FailureNote, TaskArgument, TaskReply } from '../src/core/protocol.js';
import type { TaskContext } from '../src/define/task-context.js';
import { type AutomaticHeartbeat, startHeartbeat } from './automatic-heartbeat.js';
import { callHandler } from './call-handler.js';
import type { EventLoopWatch } from './event-loop-watch.js';
import type { ServedTask } from './served-task.js';
import { toTaskFailure } from './task-failure.js';

/** The Temporal activity around a task's handler. */
export function taskActivity(task: ServedTask, eventLoop: EventLoopWatch) {
  return async (argument: TaskArgument): Promise<Json | TaskReply | undefined> => {
    const activity = Context.current();
    const attempts = argument.pawl.attemptsUsed + activity.info.attempt;
    const heartbeat = startHeartbeat(activity);
    const endWatch = eventLoop.watch({
      name: `${argument.pawl.workflow}.${argument.pawl.task}`,
      heartbeatTimeout: activity.info.heartbeatTimeoutMs ?? Number.POSITIVE_INFINITY,
      warn: (message) => activity.log.warn(message),
    });
    try {
      const result = await callHandler(task, argument, contextOf(activity, argument, attempts, heartbeat));
      if (result.kind === 'skipped') return { $pawl: { attempts, skipped: true } };
      const { output } = result;
      return attempts === 1 && !looksLikeReply(output) ? output : replyOf(attempts, output);
    } catch (error) {
      // The SDK reports a cancellation only for its own error; a handler may throw anything once its signal has aborted.
      if (activity.cancellationSignal.aborted) throw cancellationOf(error, attempts);
      throw toTaskFailure(error, attempts);
    } finally {
      heartbeat.stop();
      endWatch();
    }
  };
}

function contextOf(
  activity: Context,
  { pawl }: TaskArgument,
  attempt: number,
  heartbeat: AutomaticHeartbeat,
): Omit<TaskContext, 'input'> {
  const { workflowId = '', runId = '' } = activity.info.workflowExecution ?? {};
  return {
    signal: activity.cancellationSignal,
    attempt,
    heartbeat: (details) => heartbeat.report(details),
    heartbeatDetails: activity.info.heartbeatDetails as Json | undefined, // only Pawl's own heartbeats, which are JSON
    log: activity.log,
    workflow: pawl.workflow,
    task: pawl.task,
    workflowId,
    runId,
    idempotencyKey: `${workflowId}/${pawl.rootRunId}/${pawl.task}`,
  };
}

function replyOf(attempts: number, output: Json | undefined): TaskReply {
  return { $pawl: { attempts }, ...(output !== undefined && { output }) };
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
