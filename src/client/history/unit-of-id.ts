import { taskAt } from '../../core/plan.js';
import type { Scheduler } from '../../core/scheduler.js';
import type { TaskOrchestrator } from '../../core/task-orchestrator.js';
import { readItemId } from '../../core/unit-id.js';
import type { DispatchRef, UnitRef } from '../../core/unit-ref.js';

/** The dispatch that an activity id names: `build`, `smoke[3]#2`, `db:destroy`. Undefined for what this run has not. */
export function dispatchOfId(scheduler: Scheduler, id: string): DispatchRef | undefined {
  const [name = '', count = '1'] = id.split('#');
  const unit = unitOfId(scheduler, name);
  return unit && { ...unit.ref, dispatch: Number(count) };
}

/**
 * The dispatch that started a child workflow: `eu`, `eu[3]#2`, `smoke[0..999]`. Ids count children, not dispatches, and a shard has the same each time; to be called right after the start, when it is the unit's last.
 */
export function dispatchOfChildId(scheduler: Scheduler, id: string): DispatchRef | undefined {
  const dispatch = dispatchOfId(scheduler, id);
  if (dispatch === undefined) return undefined;
  const { asks } = taskAt(scheduler.plan, dispatch.task);
  if (!asks && !scheduler.isShard(dispatch)) return dispatch;
  const { step, isInFlight, dispatchCount } = scheduler.unit(dispatch);
  const last = step === 'child' && isInFlight ? dispatchCount : dispatchCount + 1;
  return { ...dispatch, dispatch: last };
}

function unitOfId(scheduler: Scheduler, name: string): TaskOrchestrator | undefined {
  const [id = '', undo] = name.split(':');
  if (undo !== undefined) {
    const task = scheduler.indexOf(id);
    return task === undefined ? undefined : scheduler.undoOf(task);
  }
  const ref = readShardId(scheduler, id) ?? readPartId(scheduler, id);
  if (ref === undefined) return undefined;
  return ref.part === undefined ? scheduler.tasks[ref.task] : scheduler.partsOf(ref.task)[ref.part];
}

function readPartId(scheduler: Scheduler, id: string): UnitRef | undefined {
  const { task: name, item } = readItemId(id);
  const task = scheduler.indexOf(name);
  if (task === undefined) return undefined;
  return item === undefined ? { task } : { task, part: item - (scheduler.map(task)?.of.from ?? 0) };
}

function readShardId(scheduler: Scheduler, id: string): UnitRef | undefined {
  const [, name = '', first] = /^(.+)\[(\d+)\.\.\d+\]$/.exec(id) ?? [];
  const task = scheduler.indexOf(name);
  const map = task === undefined ? undefined : scheduler.map(task);
  if (task === undefined || map?.of.shardSize === undefined) return undefined;
  return { task, part: Math.floor((Number(first) - map.of.from) / map.of.shardSize) };
}
