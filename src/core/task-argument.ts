import type { TaskError } from './cause.js';
import type { SchedulerCommand } from './command.js';
import { inlineBudgets, itemBudget, LIST_BUDGET } from './inline-budget.js';
import type { Json } from './json.js';
import { itemOf } from './map-progress.js';
import { explainSize, LARGEST_PAYLOAD, payloadSize } from './payload-size.js';
import { shapeOf, taskAt } from './plan.js';
import { FailureType, type Owner, type TaskArgument } from './protocol.js';
import type { Scheduler } from './scheduler.js';
import { taskResult } from './task-result.js';

export type StartTask = Extract<SchedulerCommand, { kind: 'startTask' }>;

/** What the activities of a run are told of it. */
export interface RunFacts {
  /** As it travels. */
  readonly input: Json | undefined;
  readonly rootRunId: string;
  /** Of a rerun other than `rootRunId`: the run's own. What had been undone and is done anew must not be taken for a repetition. */
  readonly ownRunId: string;
  /** Of the run that it goes on from, where that had another: in idempotency keys. */
  readonly rootWorkflowId?: string | undefined;
  /** Whose its stored outputs are, where not its own. */
  readonly owner?: Owner | undefined;
  /** Nothing is looked up in the cache. */
  readonly cache?: 'bypass' | undefined;
}

/** The one argument of the activity for a dispatch, as the scheduler has it now. */
export function taskArgument(scheduler: Scheduler, start: StartTask, run: RunFacts): TaskArgument {
  const { plan } = scheduler;
  const { task: index, part, undo, call } = start;
  const task = taskAt(plan, index);
  const map = part === undefined ? undefined : scheduler.map(index);
  const made = undo ? scheduler.unit({ task: index }).output : undefined;
  const inlineBytes = inlineBytesOf(scheduler, start);
  return {
    needs: call === 'finish' ? resultsOf(scheduler) : scheduler.needsOf(index),
    ...(run.input !== undefined && { input: run.input }),
    ...(map !== undefined && part !== undefined && { item: itemOf(map.of, part) }),
    ...(made !== undefined && { output: made }),
    pawl: {
      protocol: plan.protocol,
      workflow: plan.workflow,
      task: task.id,
      shape: shapeOf(plan, task),
      rootRunId: scheduler.unit({ task: index }).isDoneAnew ? run.ownRunId : run.rootRunId,
      ...(run.rootWorkflowId !== undefined && { rootWorkflowId: run.rootWorkflowId }),
      attemptsUsed: start.attemptsUsed,
      ...(call !== 'run' && { call }),
      ...(map !== undefined && part !== undefined && { item: map.of.from + part }),
      ...(inlineBytes !== undefined && { inlineBytes }),
      ...(run.owner !== undefined && { owner: run.owner }),
      ...(call === 'run' && run.cache !== undefined && { cache: run.cache }),
    },
  };
}

/** Of what the call returns; undefined where that is not an output, or is not stored. */
function inlineBytesOf(scheduler: Scheduler, { task, part, call }: StartTask): number | undefined {
  const budget = inlineBudgets(scheduler.plan)?.ofTask[task];
  if (budget === undefined || (call !== 'run' && call !== 'over')) return undefined;
  if (call === 'over') return LIST_BUDGET;
  return part === undefined ? budget : itemBudget(budget, scheduler.partsOf(task).length);
}

/** What `onFinish` gets: how the run ended, and how each task did. */
function resultsOf(scheduler: Scheduler): Record<string, Json> {
  const { plan, tasks, finalOutcome: outcome } = scheduler;
  const results = tasks.filter(({ index }) => index !== plan.finish);
  return { outcome, tasks: Object.fromEntries(results.map((task) => [taskAt(plan, task.index).id, taskResult(task)])) };
}

/**
 * Why a task can't be started with this argument, or undefined if it can. Temporal would end the whole run that schedules an
 * activity with a larger one, and name no task.
 */
export function refuseArgument(argument: TaskArgument, bytes: number = payloadSize(argument)): TaskError | undefined {
  if (bytes <= LARGEST_PAYLOAD) return undefined;
  const parts: [string, unknown][] = Object.entries(argument.needs);
  if (argument.input !== undefined) parts.push(["the run's input", argument.input]);
  if (argument.item !== undefined) parts.push(['the item', argument.item]);
  if (argument.output !== undefined) parts.push(['its output', argument.output]);
  return { type: FailureType.tooLarge, message: explainSize('what it needs', bytes, parts) };
}
