import type { Json } from './json.js';
import type { MapProgress } from './map-progress.js';
import type { SavedMap, SavedUnits, SchedulerState } from './scheduler-state.js';
import { readShardReport } from './shard-report.js';
import type { TaskOrchestrator } from './task-orchestrator.js';
import { withoutTimes } from './unit-columns.js';
import { isInline } from './wire-output.js';

/** Of a map whose items are known. */
export function saveMap({ of }: MapProgress, parts: SavedUnits, isOutput: boolean): SavedMap {
  const { items, from, count, shardSize, tolerated } = of;
  return {
    items,
    ...(!isInline(items) && { count }),
    from,
    ...(shardSize !== undefined && { shardSize }),
    tolerated,
    parts,
    ...(isOutput && { isOutput }),
  };
}

/** Whether the output of a map's task is what the items made, and not what an operator gave. */
export function isMadeByItems({ state, output }: TaskOrchestrator, map: MapProgress): boolean {
  return state === 'succeeded' && map.isSettled && JSON.stringify(output) === JSON.stringify(map.outputs());
}

/** A state without the times of items in shards: a payload has a limit, and a map may have 100,000 items. */
export function withoutItemTimes(state: SchedulerState): SchedulerState {
  const maps = Object.entries(state.maps ?? {}).map(([task, map]): [string, SavedMap] => {
    const isSplit = map.shardSize !== undefined && map.parts !== undefined;
    return [task, isSplit ? { ...map, parts: withTimelessReports(map.parts) } : map];
  });
  return { ...state, maps: Object.fromEntries(maps) };
}

function withTimelessReports(shards: SavedUnits): SavedUnits {
  const outputs = Object.entries(shards.outputs).map(([shard, output]) => {
    const report = readShardReport(output);
    return [shard, { ...report, items: withoutTimes(report.items) } as unknown as Json] as const;
  });
  return { ...shards, outputs: Object.fromEntries(outputs) };
}
