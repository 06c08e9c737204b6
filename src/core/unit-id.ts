import { type ItemNumbers, partSize } from './item-numbers.js';
import { type Plan, taskAt } from './plan.js';
import type { DispatchRef, UnitRef } from './unit-ref.js';

/** What people call a unit: `build`, `smoke[3]`, `smoke[0..999]`, `book:compensate`, `db:destroy`. */
export function unitId(plan: Plan, { task, part, undo }: UnitRef, items: ItemNumbers | undefined): string {
  const { id, kind } = taskAt(plan, task);
  if (undo) return `${id}:${kind === 'resource' ? 'destroy' : 'compensate'}`;
  if (part === undefined || items === undefined) return id;
  const { from, shardSize } = items;
  if (shardSize === undefined) return itemId(id, from + part);
  return shardId(id, from + part * shardSize, partSize(items, part));
}

/** @param first the number of the shard's first item */
export function shardId(mapId: string, first: number, size: number): string {
  return `${mapId}[${first}..${first + size - 1}]`;
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
