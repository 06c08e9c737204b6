import { durationText } from '../core/details/duration-text.js';
import {
  childPlan,
  type MapPlan,
  type NodeKind,
  optionsOf,
  type Plan,
  type PlannedTask,
  type WaitPlan,
} from '../core/plan.js';

/** What a plan says of a node beside its kind and needs, in words. */
export function describeNode(plan: Plan, task: PlannedTask): string[] {
  const { kind, map, wait, child, trigger, allowFailure, compensate } = task;
  return [
    ...(child === undefined
      ? []
      : [`${kind === 'map' ? 'for each item ' : ''}the workflow ${childPlan(plan, child).workflow}`]),
    ...(map === undefined ? [] : describeMap(map)),
    ...(wait === undefined ? [] : describeWait(wait)),
    ...(trigger === undefined ? [] : [`trigger ${trigger}`]),
    ...(allowFailure ? ['its failure is allowed'] : []),
    ...(compensate ? ['is compensated'] : []),
    ...(isLocal(plan, task) ? ['local'] : []),
  ];
}

function isLocal(plan: Plan, task: PlannedTask): boolean {
  return optionsOf(plan, task).placement === 'local' && (task.asks === true || !WITHOUT_WORKER.includes(task.kind));
}

/** The kinds of which a worker does nothing, unless they ask it. */
const WITHOUT_WORKER: readonly NodeKind[] = ['subworkflow', 'approval', 'event', 'sleep'];

function describeMap({ concurrency, tolerate }: MapPlan): string[] {
  return [
    ...(concurrency === undefined ? [] : [`${concurrency} at once`]),
    ...(tolerate === undefined ? [] : [`${'count' in tolerate ? tolerate.count : `${tolerate.percent} %`} may fail`]),
  ];
}

function describeWait({ timeout, onTimeout, duration, until }: WaitPlan): string[] {
  const then = onTimeout === undefined ? 'fails' : onTimeout === 'skip' ? 'is skipped' : 'goes on with a value';
  return [
    ...(duration === undefined ? [] : [`for ${durationText(duration)}`]),
    ...(until === undefined ? [] : [`until ${new Date(until).toISOString()}`]),
    ...(timeout === undefined ? [] : [`after ${durationText(timeout)} it ${then}`]),
  ];
}
