/** The items of a map, by number alone. */
export interface ItemNumbers {
  /** The number of the first: not 0 where the run is a shard of a map. */
  readonly from: number;
  readonly count: number;
  /** How many items are in one part, where the map is split over child workflows. */
  readonly shardSize: number | undefined;
}

/** How many units run the map: one for each item, or for each shard. */
export function partCount({ count, shardSize }: ItemNumbers): number {
  return shardSize === undefined ? count : Math.ceil(count / shardSize);
}

/** The items of one unit: of a map that is not split 1, of the last shard what is left. */
export function partSize({ count, shardSize = 1 }: ItemNumbers, part: number): number {
  return Math.min(shardSize, count - part * shardSize);
}
