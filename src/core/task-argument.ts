import type { TaskError } from './cause.js';
import type { Json } from './json.js';
import { explainSize, LARGEST_PAYLOAD, payloadSize } from './payload-size.js';
import { shapeOf, taskAt } from './plan.js';
import { FailureType, PROTOCOL, type TaskArgument } from './protocol.js';
import type { Scheduler } from './scheduler.js';

/** The one argument of a task's activity, as the scheduler has it when the task is dispatched. */
export function taskArgument(
  scheduler: Scheduler,
  index: number,
  run: { readonly input: Json | undefined; readonly rootRunId: string; readonly attemptsUsed: number },
): TaskArgument {
  const { plan } = scheduler;
  const task = taskAt(plan, index);
  return {
    needs: scheduler.needsOf(index),
    ...(run.input !== undefined && { input: run.input }),
    pawl: {
      protocol: PROTOCOL,
      workflow: plan.workflow,
      task: task.id,
      shape: shapeOf(plan, task),
      rootRunId: run.rootRunId,
      attemptsUsed: run.attemptsUsed,
    },
  };
}

/**
 * Why a task can't be started with this argument, or undefined if it can. Temporal would end the whole run that schedules an
 * activity with a larger one, and name no task.
 */
export function refuseArgument(argument: TaskArgument, bytes: number = payloadSize(argument)): TaskError | undefined {
  if (bytes <= LARGEST_PAYLOAD) return undefined;
  const parts: [string, unknown][] = Object.entries(argument.needs);
  if (argument.input !== undefined) parts.push(["the run's input", argument.input]);
  return { type: FailureType.tooLarge, message: explainSize('what it needs', bytes, parts) };
}
