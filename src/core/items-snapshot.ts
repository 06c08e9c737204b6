import type { Cause } from './cause.js';
import { partSize } from './item-numbers.js';
import type { MapProgress } from './map-progress.js';
import { type ShardReport, shardReportOf } from './shard-report.js';
import { STATE_LETTERS } from './state-letter.js';
import { readColumn, sliceColumns, type UnitColumns, type UnitStatus, writeColumns } from './unit-columns.js';
import type { WireCause } from './wire-cause.js';

/** A map's items: how many are in each state, and where they were asked for, each of them. */
export interface ItemsSnapshot {
  readonly total: number;
  /** The number of the first: not 0 where the run is a shard of a map. */
  readonly from?: number;
  /** Where the map is split over child workflows: how many items each of them has. */
  readonly shardSize?: number;
  /** The numbers of the shards that run now, which know more of their items. */
  readonly openShards?: readonly number[];
  /** By the letters of the states. Of a shard that has not ended, all items count as it does. */
  readonly counts: Readonly<Record<string, number>>;
  /** One after the other; several where the map is split. */
  readonly items?: readonly ItemColumns[];
}

interface ItemColumns extends UnitColumns {
  readonly startedAt: number;
  /** For how many items each row stands: that of a shard which has not ended, for all of them. @default 1 */
  readonly each?: number;
}

export function itemCounts(map: MapProgress): ItemsSnapshot {
  const { from, count: total, shardSize } = map.of;
  const counts: Record<string, number> = {};
  const add = (letter: string, many: number) => {
    counts[letter] = (counts[letter] ?? 0) + many;
  };
  map.parts.forEach((part, index) => {
    const report = shardReportOf(map, part);
    if (report === undefined) add(STATE_LETTERS[part.state], partSize(map.of, index));
    else for (const [letter, many] of lettersOf(report)) add(letter, many);
  });
  return {
    total,
    ...(from > 0 && { from }),
    ...(shardSize !== undefined && { shardSize, openShards: openParts(map) }),
    counts,
  };
}

function openParts({ parts }: MapProgress): number[] {
  return parts.flatMap(({ isInFlight }, index) => (isInFlight ? [index] : []));
}

/** A shard's report never changes, and there may be 100,000 letters in all of them. */
const letterCounts = new WeakMap<ShardReport, ReadonlyMap<string, number>>();

function lettersOf(report: ShardReport): ReadonlyMap<string, number> {
  const known = letterCounts.get(report);
  if (known !== undefined) return known;
  const counts = new Map<string, number>();
  for (const letter of report.items.states) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  letterCounts.set(report, counts);
  return counts;
}

export function itemsSnapshot(
  map: MapProgress,
  startedAt: number,
  shorten: (cause: Cause) => WireCause,
): ItemsSnapshot {
  if (map.of.shardSize === undefined) {
    return { ...itemCounts(map), items: [{ startedAt, ...writeColumns(map.parts, startedAt, shorten) }] };
  }
  const items = map.parts.map((part, index): ItemColumns => {
    const report = shardReportOf(map, part);
    if (report !== undefined) return { startedAt: report.startedAt, ...report.items };
    return { startedAt, ...writeColumns([part], startedAt, shorten), each: partSize(map.of, index) };
  });
  return { ...itemCounts(map), items };
}

/** Of a snapshot in which items are listed, those from `from` up to, and not with, `to`; counted from 0 in this run. */
export function sliceItems(snapshot: ItemsSnapshot, from: number, to: number): ItemsSnapshot {
  const sliced: ItemColumns[] = [];
  let first = 0;
  for (const columns of snapshot.items ?? []) {
    const { each = 1 } = columns;
    const size = columns.states.length * each;
    const [begin, end] = [Math.max(from - first, 0), Math.min(to - first, size)];
    if (begin < end) {
      const { startedAt } = columns;
      sliced.push(each > 1 ? { ...columns, each: end - begin } : { startedAt, ...sliceColumns(columns, begin, end) });
    }
    first += size;
  }
  return { ...snapshot, items: sliced };
}

/** One row for each item that is listed. */
export function readItems({ items = [] }: ItemsSnapshot): UnitStatus[] {
  return items.flatMap((columns) => {
    const { startedAt, states, each = 1 } = columns;
    return Array.from({ length: states.length * each }, (_, item) =>
      readColumn(columns, Math.floor(item / each), startedAt),
    );
  });
}
