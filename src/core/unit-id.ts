import { type Plan, taskAt } from './plan.js';
import type { DispatchRef, UnitRef } from './unit-ref.js';

/** The items of a map, as far as ids say something of them. */
export interface ItemNumbers {
  /** The number of the first: not 0 where the run is a shard of a map. */
  readonly from: number;
  readonly count: number;
  /** How many items are in one part, where the map is split over child workflows. */
  readonly shardSize: number | undefined;
}

/** What people call a unit: `build`, `smoke[3]`, `smoke[0..999]`, `book:compensate`, `db:destroy`. */
export function unitId(plan: Plan, { task, part, undo }: UnitRef, items: ItemNumbers | undefined): string {
  const { id, kind } = taskAt(plan, task);
  if (undo) return `${id}:${kind === 'resource' ? 'destroy' : 'compensate'}`;
  if (part === undefined || items === undefined) return id;
  const { from, count, shardSize } = items;
  if (shardSize === undefined) return itemId(id, from + part);
  return `${id}[${from + part * shardSize}..${from + Math.min((part + 1) * shardSize, count) - 1}]`;
}

export function itemId(mapId: string, item: number): string {
  return `${mapId}[${item}]`;
}

/** Of Temporal's activities and child workflows: one that a worker still holds can't be scheduled again, so later dispatches are numbered. */
export function dispatchId(unit: string, { dispatch }: Pick<DispatchRef, 'dispatch'>): string {
  return dispatch === 1 ? unit : `${unit}#${dispatch}`;
}

/** Takes `smoke[3]` apart; `item` is undefined for a plain id. */
export function readItemId(id: string): { readonly task: string; readonly item: number | undefined } {
  const match = /^([^[\]]+)\[(0|[1-9]\d{0,9})\]$/.exec(id);
  return match === null ? { task: id, item: undefined } : { task: match[1] ?? id, item: Number(match[2]) };
}
