import type { ItemNumbers } from './item-numbers.js';
import type { Json } from './json.js';
import type { TaskOrchestrator } from './task-orchestrator.js';
import type { UnitColumns } from './unit-columns.js';
import { isInline, storedOutputAt, type WireList } from './wire-output.js';

/** What a child workflow that ran a share of a map's items returns, whatever became of them. */
export interface ShardReport {
  /** One for each item, as it travels; null where there is none. */
  readonly outputs: WireList;
  readonly items: UnitColumns;
  /** How many failed, or were cancelled by an operator. */
  readonly failed: number;
  /** Why the first of them failed, each with the item's id. */
  readonly reasons: readonly string[];
  /** Whether items were cancelled with the run. */
  readonly cancelled?: true;
  /** Milliseconds since the epoch; the times of `items` count from it. */
  readonly startedAt: number;
}

interface ItemsOf {
  readonly of: ItemNumbers;
}

/** What a shard's run has returned; undefined of one that has not ended so, and where the map is not split. */
export function shardReportOf(map: ItemsOf, part: TaskOrchestrator): ShardReport | undefined {
  return part.state === 'succeeded' ? knownOfShard(map, part) : undefined;
}

/** The same; of a shard that has not ended, what an earlier run knew of its items, where this is a rerun. */
export function knownOfShard({ of }: ItemsOf, { output }: TaskOrchestrator): ShardReport | undefined {
  return of.shardSize === undefined || output === undefined ? undefined : readShardReport(output);
}

/** What an item made; null where there is nothing. */
export function itemOutput({ outputs }: ShardReport, item: number): Json {
  return isInline(outputs) ? (outputs[item] ?? null) : storedOutputAt(outputs.claim, item);
}

export function readShardReport(output: Json): ShardReport {
  return output as unknown as ShardReport; // a shard's run returns nothing else
}
