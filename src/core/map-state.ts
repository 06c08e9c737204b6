import type { Json } from './json.js';
import type { MapProgress } from './map-progress.js';
import type { SavedMap, SavedUnits } from './scheduler-state.js';
import { readShardReport } from './shard-report.js';
import type { TaskOrchestrator } from './task-orchestrator.js';

/** How much is saved of a run: all of it; or without the times of items in shards, since a payload has a limit, and a map may have 100,000 items. */
export const SAVED_EXTENTS = ['all', 'noTimes'] as const;

export type SavedExtent = (typeof SAVED_EXTENTS)[number];

/** Of a map whose items are known. */
export function saveMap({ of }: MapProgress, parts: SavedUnits, isOutput: boolean, extent: SavedExtent): SavedMap {
  const { items, from, shardSize, tolerated } = of;
  const isSplit = shardSize !== undefined;
  return {
    items,
    from,
    ...(isSplit && { shardSize }),
    tolerated,
    parts: isSplit && extent === 'noTimes' ? withoutTimes(parts) : parts,
    ...(isOutput && { isOutput }),
  };
}

/** Whether the output of a map's task is what the items made, and not what an operator gave. */
export function isMadeByItems({ state, output }: TaskOrchestrator, map: MapProgress): boolean {
  return state === 'succeeded' && map.isSettled && JSON.stringify(output) === JSON.stringify(map.outputs());
}

function withoutTimes(shards: SavedUnits): SavedUnits {
  const outputs = Object.entries(shards.outputs).map(([shard, output]) => {
    const report = readShardReport(output);
    return [shard, { ...report, items: { ...report.items, scheduled: [], settled: [] } } as unknown as Json] as const;
  });
  return { ...shards, outputs: Object.fromEntries(outputs) };
}
