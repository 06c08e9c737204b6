import type { WireSnapshot } from '../core/snapshot.js';
import { shardId } from '../core/unit-id.js';

/** A share of a map's items that a child workflow runs. */
export interface Shard {
  /** Such as `smoke[1000..1999]`. */
  readonly id: string;
  /** The number of its first item. */
  readonly from: number;
  readonly size: number;
}

/** The shard that has an item; undefined where the map is not split, or has no such item. */
export function shardOf(wire: WireSnapshot, map: string, item: number): Shard | undefined {
  const items = wire.maps?.[wire.ids.indexOf(map)];
  if (items?.shardSize === undefined || item >= items.total) return undefined;
  const from = Math.floor(item / items.shardSize) * items.shardSize;
  const size = Math.min(items.shardSize, items.total - from);
  return { id: shardId(map, from, size), from, size };
}
