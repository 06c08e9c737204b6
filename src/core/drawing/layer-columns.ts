import type { Frame } from './group-frames.js';
import type { LayeredGraph } from './layers.js';
import { cutMiddle, widthOf } from './text-lines.js';
import type { Track } from './track-routing.js';

/** Where a layer and the gap behind it lie. */
export interface Column {
  readonly label: number;
  readonly labelWidth: number;
  /** What the right sides of the boxes take that end here. */
  readonly rightSides: number;
  readonly gapWidth: number;
  /** Where the lines part that leave one place in several rows. */
  readonly parting: number;
  readonly firstTrack: number;
  /** Where the lines meet that reach one place of the next layer in several rows. */
  readonly meeting: number;
}

/** Lines up and down are two characters apart, so that they don't touch. */
export const TRACK_WIDTH = 2;
/** Of a gap without any: ` ── `. */
const STRAIGHT_GAP_WIDTH = 4;

/** The side of a box, and a space beside it. */
export const SIDE_WIDTH = 2;
/** Of the name of a group, in characters. */
const MAX_TITLE = 32;

export function columnsOf(
  graph: LayeredGraph,
  gaps: readonly (readonly Track[])[],
  frames: readonly Frame[],
): Column[] {
  const leftSides = (layer: number) => {
    const beginning = frames.filter(({ firstLayer }) => firstLayer === layer);
    return SIDE_WIDTH * Math.max(0, ...beginning.map(({ leftSlot }) => leftSlot + 1));
  };
  let label = leftSides(0);
  return graph.layers.map((layer, i) => {
    const titles = frames.filter(({ firstLayer }) => firstLayer === i).map(titleOf);
    const labelWidth = Math.max(...[...layer.map((place) => place.label), ...titles].map(widthOf));
    const ending = frames.filter(({ lastLayer }) => lastLayer === i);
    const rightSides = SIDE_WIDTH * Math.max(0, ...ending.map(({ rightSlot }) => rightSlot + 1));
    const parts = layer.some((place) => place.right.length > 1) ? 1 : 0;
    const tracks = 1 + Math.max(-1, ...(gaps[i] ?? []).map((track) => track.column ?? -1));
    const meets = graph.layers[i + 1]?.some((place) => place.left.length > 1) ? 1 : 0;
    const lines = parts + tracks + meets;
    const parting = label + labelWidth + rightSides + ' ─'.length;
    const column = {
      label,
      labelWidth,
      rightSides,
      gapWidth:
        (lines === 0 ? STRAIGHT_GAP_WIDTH : ' ─'.length + lines * TRACK_WIDTH - 1 + '─ '.length) +
        rightSides +
        leftSides(i + 1),
      parting,
      firstTrack: parting + parts * TRACK_WIDTH,
      meeting: parting + (parts + tracks) * TRACK_WIDTH,
    };
    label += labelWidth + column.gapWidth;
    return column;
  });
}

/** What stands in the upper side of a box. */
export function titleOf({ group }: Frame): string {
  return cutMiddle(group.name, MAX_TITLE);
}
