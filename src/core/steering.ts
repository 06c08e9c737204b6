import type { Order } from './order.js';
import { type NodeKind, taskAt } from './plan.js';
import type { Scheduler } from './scheduler.js';
import type { TaskOrchestrator } from './task-orchestrator.js';
import { itemId, readItemId } from './unit-id.js';
import type { UnitRef } from './unit-ref.js';

/** What an order's `task` names. */
export type OrderTarget =
  | { readonly kind: 'unit'; readonly unit: TaskOrchestrator }
  | { readonly kind: 'none'; readonly reason: string };

/** Why the run's state makes an order impossible, or undefined if it does not. */
export function refuseOrder(scheduler: Scheduler, order: Order): string | undefined {
  if (scheduler.stage === 'ended') return 'the run has ended';
  switch (order.verb) {
    case 'pause':
      return scheduler.isPaused ? 'the run is paused already' : undefined;
    case 'resume':
      return scheduler.isPaused ? undefined : 'the run is not paused';
    default: {
      const target = orderTarget(scheduler, order.task);
      if (target.kind === 'none') return target.reason;
      return explainRefusal(scheduler, order, target.unit);
    }
  }
}

export function orderTarget(scheduler: Scheduler, id: string): OrderTarget {
  const { task: name, item } = readItemId(id);
  const index = scheduler.indexOf(name);
  if (index === undefined) return none(`there is no task '${name}' in this run`);
  const { kind } = taskAt(scheduler.plan, index);
  if (item === undefined) {
    return kind === 'finish'
      ? none(`'${name}' runs by itself when all else has ended`)
      : { kind: 'unit', unit: scheduler.unit({ task: index }) };
  }
  if (kind !== 'map') return none(`'${name}' is a ${kind}, not a map: it has no items`);
  const map = scheduler.map(index);
  if (map === undefined) return none(`the items of '${name}' are not known yet`);
  const { from, count, shardSize } = map.of;
  if (item < from || item >= from + count) {
    return none(`'${name}' has the items ${itemId(name, from)} to ${itemId(name, from + count - 1)}`);
  }
  if (shardSize === undefined) return { kind: 'unit', unit: scheduler.unit({ task: index, part: item - from }) };
  return shardTarget(scheduler, { task: index, part: Math.floor((item - from) / shardSize) });
}

/** Orders on items are for the child workflow that runs them; where that has failed, and is held, they are for all of its items. */
function shardTarget(scheduler: Scheduler, ref: UnitRef): OrderTarget {
  const unit = scheduler.unit(ref);
  const id = scheduler.idOf(ref);
  if (unit.state === 'held') return { kind: 'unit', unit };
  if (unit.isSettled) return none(`the items ${id} have ended`);
  return none(
    unit.isInFlight
      ? `the item is in the child workflow ${id}: give the order there`
      : `the items ${id} have not begun`,
  );
}

function explainRefusal(
  scheduler: Scheduler,
  { verb }: Exclude<Order, { verb: 'pause' | 'resume' }>,
  unit: TaskOrchestrator,
): string | undefined {
  const id = scheduler.idOf(unit.ref);
  if (unit.isSettled) return `'${id}' is ${unit.state} already`;
  const { kind } = taskAt(scheduler.plan, unit.index);
  // Who names one item does not mean a thousand.
  if (scheduler.isShard(unit.ref) && verb !== 'retry') return `the items ${id} are held together: retry them`;
  switch (verb) {
    case 'approve':
    case 'reject':
    case 'send': {
      const wanted = verb === 'send' ? 'event' : 'approval';
      if (kind !== wanted) return `'${id}' is not an ${wanted}, but a node of the kind ${kind}`;
      if (unit.state === 'held') return `'${id}' is held: retry it, so that it waits anew, or complete it`;
      return scheduler.hasKept(unit.index)
        ? `'${id}' was given its ${verb === 'send' ? 'value' : 'decision'} already`
        : undefined;
    }
    case 'retry':
      return explainNoRetry(scheduler, unit, id);
    case 'cancel':
      return unit.cancelRequest === undefined ? undefined : `'${id}' was asked to stop already`;
    case 'skip':
    case 'complete':
    case 'fail':
      return explainCreated(kind, unit, id);
  }
}

/** Its end would be ignored, and what it makes never destroyed. */
function explainCreated(kind: NodeKind, { isInFlight }: TaskOrchestrator, id: string): string | undefined {
  if (kind !== 'resource' || !isInFlight) return undefined;
  return `'${id}' is being created: cancel it, so that what has been created by then is destroyed`;
}

function explainNoRetry(scheduler: Scheduler, unit: TaskOrchestrator, id: string): string | undefined {
  if (scheduler.isClosed) return 'the run was stopped: nothing new starts; rerun it when it has ended';
  if (unit.state === 'pending') return `'${id}' has not started yet`;
  if (unit.isWaiting)
    return `'${id}' waits for a ${WAITED_FOR[taskAt(scheduler.plan, unit.index).kind] ?? 'time'}; it did not fail`;
  if (unit.state === 'running' && !unit.isInFlight) return `the items of '${id}' run: retry the ones that it is about`;
  return undefined;
}

const WAITED_FOR: Readonly<Record<string, string>> = { approval: 'decision', event: 'value' };

function none(reason: string): OrderTarget {
  return { kind: 'none', reason };
}
