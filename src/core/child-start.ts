import { sliceCached } from './cached-column.js';
import { partSize } from './item-numbers.js';
import { itemCounts } from './items-snapshot.js';
import type { Json } from './json.js';
import { itemOf, type MapProgress, outputOf, reasonOf } from './map-progress.js';
import { childPlan, type Plan, type PlannedTask, taskAt, workflowTypeOf } from './plan.js';
import type { RunEnvelope } from './protocol.js';
import type { Scheduler } from './scheduler.js';
import { type SavedUnits, type SchedulerState, saveUnits } from './scheduler-state.js';
import { itemOutput, knownOfShard, type ShardReport } from './shard-report.js';
import { STATE_LETTERS } from './state-letter.js';
import { isFailure } from './task-orchestrator.js';
import { writeColumns } from './unit-columns.js';
import { dispatchId, itemId } from './unit-id.js';
import type { DispatchRef, UnitRef } from './unit-ref.js';
import { causeShortener } from './wire-cause.js';
import { isInline } from './wire-output.js';

/** The child workflow of a unit. */
export interface ChildStart {
  readonly workflowType: string;
  /** The unit's. */
  readonly id: string;
  readonly plan: Plan;
  /** The input of a subworkflow. A shard has its parent's. */
  readonly input: Json | undefined;
  /** Of a map's shard. */
  readonly shard: NonNullable<RunEnvelope['shard']> | undefined;
  /** With which a shard begins. */
  readonly state: SchedulerState | undefined;
}

/** Shards in flight at once: they share the map's concurrency. */
const SHARDS_AT_ONCE = 4;

export function childStart(scheduler: Scheduler, ref: UnitRef): ChildStart {
  const { plan } = scheduler;
  const task = taskAt(plan, ref.task);
  const id = scheduler.idOf(ref);
  const map = ref.part === undefined ? undefined : scheduler.map(ref.task);
  if (map?.of.shardSize !== undefined) return { id, input: undefined, ...shardStart(scheduler, map, ref) };
  const child = childPlan(plan, task.child ?? -1);
  const item = map === undefined || ref.part === undefined ? undefined : itemOf(map.of, ref.part);
  const input = task.asks ? scheduler.unit(ref).output : item;
  return { workflowType: child.workflow, id, plan: child, input, shard: undefined, state: undefined };
}

/**
 * What stands in the child's workflow id, after the parent's and a slash: `eu`, and where it was started anew `eu#2`. Where a worker is asked for its input,
 * every child has a dispatch of that before it.
 */
export function childId(scheduler: Scheduler, ref: DispatchRef): string {
  const id = scheduler.idOf(ref);
  if (scheduler.isShard(ref)) return id; // so that orders on its items find it; it starts anew only when it has ended
  const { asks } = taskAt(scheduler.plan, ref.task);
  return dispatchId(id, { dispatch: asks ? Math.floor(ref.dispatch / 2) : ref.dispatch });
}

/** Why a child can't start yet. */
export function explainBusyChild(scheduler: Scheduler, ref: DispatchRef): string {
  return `the child workflow '${childId(scheduler, ref)}' of an earlier run has not ended yet`;
}

/** How many shards of a map may be in flight. */
export function shardsAtOnce(plan: Plan, task: PlannedTask): number {
  return Math.min(SHARDS_AT_ONCE, task.map?.concurrency ?? plan.maxConcurrentTasks);
}

/**
 * A shard is a run of its own: of a plan with the map and what it needs, in the state in which those have ended and the map's items, its share of
 * them, are known.
 */
function shardStart(
  scheduler: Scheduler,
  map: MapProgress,
  { task: index, part = 0 }: UnitRef,
): Pick<ChildStart, 'workflowType' | 'plan' | 'shard' | 'state'> {
  const { plan } = scheduler;
  const task = taskAt(plan, index);
  const { items, count, shardSize = count } = map.of;
  const from = map.of.from + part * shardSize;
  const ownCount = partSize(map.of, part);
  const own = isInline(items)
    ? { items: items.slice(part * shardSize, (part + 1) * shardSize) }
    : { items, count: ownCount };
  // A shard can't know what the others tolerate: where more would be held it has its share, else the map counts.
  const tolerated = plan.onFailure === 'hold' ? Math.floor((map.of.tolerated * ownCount) / count) : map.of.tolerated;
  const before = knownOfShard(map, scheduler.unit({ task: index, part }));
  const needs = task.needs.map((need) => scheduler.unit({ task: need }));
  const shared = saveUnits([...needs, scheduler.unit({ task: index })], 0);
  const ownPlan = shardPlan(plan, task, Math.min(shardsAtOnce(plan, task), map.parts.length));
  const shard = { task: needs.length, from };
  return {
    workflowType: workflowTypeOf(ownPlan, shard),
    plan: ownPlan,
    shard,
    state: {
      startedAt: 0,
      progress: { stage: 'tasks', fatalFailures: 0, undoFailures: 0, ...(scheduler.isPaused && { isPaused: true }) },
      tasks: { ...shared, progress: { ...shared.progress, [needs.length]: {} } },
      maps: {
        [needs.length]: { ...own, from, tolerated, ...(before !== undefined && { parts: itemsBefore(before) }) },
      },
    },
  };
}

/** @param shards in flight at once, which share the places that the map has */
function shardPlan(plan: Plan, task: PlannedTask, shards: number): Plan {
  // What the run does when it ends is not the shard's to do: its needs are there to be read.
  const needs = task.needs.map((need) => {
    const { id, title, options, allowFailure, outputSchema } = taskAt(plan, need);
    return {
      id,
      kind: 'task' as const,
      needs: [],
      ...(allowFailure && { allowFailure }),
      options,
      ...(title !== undefined && { title }),
      ...(outputSchema !== undefined && { outputSchema }),
    };
  });
  const total = task.map?.concurrency ?? plan.maxConcurrentTasks;
  const concurrency = Math.max(1, Math.floor(total / shards));
  const { finish: _, compensateOn: __, ...rest } = plan;
  return {
    ...rest,
    workflow: plan.workflow,
    scheduling: 'frontier',
    tasks: [...needs, { ...task, needs: needs.map((_, position) => position), map: { ...task.map, concurrency } }],
    outputs: {},
  };
}

/** What had succeeded stays; the rest begins anew. */
function itemsBefore(report: ShardReport): SavedUnits {
  const { items: columns, startedAt } = report;
  const succeeded = (item: number) => columns.states.charAt(item) === STATE_LETTERS.succeeded;
  const items = Array.from({ length: columns.states.length }, (_, item) => item);
  const time = (column: readonly (number | null)[], item: number) => {
    const at = column[item];
    return at == null || !succeeded(item) ? null : at + startedAt;
  };
  const cached = columns.cached && sliceCached(columns.cached, (item) => (succeeded(item) ? item : undefined));
  return {
    states: items.map((item) => (succeeded(item) ? STATE_LETTERS.succeeded : STATE_LETTERS.pending)).join(''),
    attempts: Object.fromEntries(
      items.flatMap((item) => {
        const attempts = succeeded(item) ? (columns.attempts[item] ?? 1) : 0;
        return attempts === 1 ? [] : [[item, attempts]];
      }),
    ),
    scheduled: items.map((item) => time(columns.scheduled, item)),
    settled: items.map((item) => time(columns.settled, item)),
    causes: {},
    ...(cached !== undefined && { cached }),
    outputs: Object.fromEntries(items.flatMap((item) => (succeeded(item) ? [[item, itemOutput(report, item)]] : []))),
    progress: Object.fromEntries(items.filter((item) => !succeeded(item)).map((item) => [item, PENDING])),
  };
}

/** An item that has not been dispatched. */
const PENDING = { triggered: 1, dispatch: 0 } as const;

/** What a shard's run returns when all its items are settled. */
export function shardReport(scheduler: Scheduler, task: number, startedAt: number): ShardReport {
  const map = scheduler.map(task);
  if (map === undefined) throw new RangeError(`the shard of ${scheduler.plan.workflow} has no items`);
  const { id } = taskAt(scheduler.plan, task);
  const counts = itemCounts(map).counts;
  const failed = map.parts.filter(isFailure);
  const cancelled = (counts[STATE_LETTERS.cancelled] ?? 0) > failed.filter(({ state }) => state === 'cancelled').length;
  return {
    outputs: map.parts.map(({ state, output }) => outputOf(state, output)),
    items: writeColumns(map.parts, startedAt, causeShortener()),
    failed: failed.length,
    reasons: failed
      .slice(0, REASONS)
      .map(({ ref, cause }) => `${itemId(id, map.of.from + (ref.part ?? 0))}: ${reasonOf(cause)}`),
    ...(cancelled && { cancelled }),
    startedAt,
  };
}

const REASONS = 3;
