import { aroundOf, type Group, isWithin, laneOf } from './groups.js';
import type { LayeredGraph, Place } from './layers.js';
import type { RowLayout } from './row-alignment.js';
import { insertRow, type Track } from './track-routing.js';

/** The box of a group: the layers that it spans, and its rows. */
export interface Frame {
  readonly group: Group;
  readonly firstLayer: number;
  readonly lastLayer: number;
  top: number;
  bottom: number;
  /** How many boxes begin between this one and the labels of its first layer, and end behind those of its last. */
  readonly leftSlot: number;
  readonly rightSlot: number;
}

/**
 * Puts a box around the nodes of each group, and inserts the rows for its upper and lower side. No node of another group lies in it, as the
 * rows of a group are its own; the lines that lead in and out interrupt its sides.
 */
export function frameGroups(graph: LayeredGraph, layout: RowLayout, gaps: readonly (readonly Track[])[]): Frame[] {
  const frames: Frame[] = [];
  const insert = (row: number) => {
    insertRow(layout, gaps, row);
    for (const frame of frames) {
      if (frame.top >= row) frame.top++;
      if (frame.bottom >= row) frame.bottom++;
    }
  };
  for (const group of innermostFirst(graph)) {
    const layers = graph.layers.flatMap((layer, i) => (layer.some((place) => isNodeOf(group, place)) ? [i] : []));
    const [firstLayer, lastLayer] = [Math.min(...layers), Math.max(...layers)];
    const nested = frames.filter((frame) => isWithin(frame.group, group));
    const rows = [
      ...rowsWithin(group, graph.layers.slice(firstLayer, lastLayer + 1).flat(), layout),
      ...gaps.slice(firstLayer, lastLayer).flatMap((tracks) => portRows(group, tracks)),
      ...nested.flatMap(({ top, bottom }) => [top, bottom]),
    ];
    const top = Math.min(...rows);
    insert(top);
    const bottom = Math.max(...rows) + 2; // below what has moved down by one
    insert(bottom);
    const slotAfter = (slots: readonly number[]) => 1 + Math.max(-1, ...slots);
    frames.push({
      group,
      firstLayer,
      lastLayer,
      top,
      bottom,
      leftSlot: slotAfter(nested.filter((frame) => frame.firstLayer === firstLayer).map(({ leftSlot }) => leftSlot)),
      rightSlot: slotAfter(nested.filter((frame) => frame.lastLayer === lastLayer).map(({ rightSlot }) => rightSlot)),
    });
  }
  return frames;
}

/** The groups that have nodes here. */
function innermostFirst(graph: LayeredGraph): Group[] {
  const groups = new Set<Group>();
  for (const place of graph.layers.flat()) {
    if (place.kind === 'node') for (const group of aroundOf(place.group)) groups.add(group);
  }
  return [...groups].sort((a, b) => laneOf(b) - laneOf(a));
}

function isNodeOf(group: Group, place: Place): boolean {
  return place.kind === 'node' && isWithin(place.group, group);
}

function rowsWithin(group: Group, places: readonly Place[], { rowOf }: RowLayout): number[] {
  return places.filter((place) => isWithin(place.group, group)).map((place) => rowOf.get(place) ?? 0);
}

function portRows(group: Group, tracks: readonly Track[]): number[] {
  return tracks
    .flatMap(({ from, to }) => [...from, ...to])
    .filter(({ place }) => isWithin(place.group, group))
    .map(({ row }) => row);
}
