import { BoxCanvas } from './box-canvas.js';
import type { LayeredGraph, Place } from './layers.js';
import { assignRows, type Port } from './row-alignment.js';
import { widthOf } from './text-lines.js';
import { isStraight, routeTracks, rowsOf, spanOf, type Track } from './track-routing.js';

/** Where everything of a layered graph lies, in characters. */
export interface LayerLayout {
  readonly graph: LayeredGraph;
  readonly rowOf: ReadonlyMap<Place, number>;
  /** The tracks of each gap. */
  readonly gaps: readonly (readonly Track[])[];
  readonly columns: readonly Column[];
  readonly width: number;
  readonly height: number;
}

/** Lays the layers out as columns, from left to right. They must be in their final order. */
export function layOut(graph: LayeredGraph): LayerLayout {
  const rows = assignRows(graph);
  const gaps = routeTracks(rows);
  const columns = columnsOf(graph, gaps);
  let width = 0;
  for (const { label, labelWidth } of columns) width = Math.max(width, label + labelWidth);
  let height = 0;
  for (const row of rows.rowOf.values()) height = Math.max(height, row + 1);
  for (const track of gaps.flat()) height = Math.max(height, spanOf(track).bottom + 1);
  return { graph, rowOf: rows.rowOf, gaps, columns, width, height };
}

/** A layout as text. */
export interface Drawing {
  readonly text: string;
  /** How often a line passes under another. */
  readonly crossings: number;
}

export function paint({ graph, rowOf, gaps, columns, width, height }: LayerLayout): Drawing {
  const canvas = new BoxCanvas(width, height);
  for (const [i, tracks] of gaps.entries()) {
    const [before, after] = [columns[i], columns[i + 1]];
    if (before !== undefined && after !== undefined) paintGap(canvas, tracks, before, after, rowOf);
  }
  for (const [i, layer] of graph.layers.entries()) {
    for (const place of layer) canvas.text(rowOf.get(place) ?? 0, columns[i]?.label ?? 0, place.label);
  }
  return { text: canvas.toString(), crossings: canvas.crossings };
}

/** Where a layer and the gap behind it lie. */
interface Column {
  readonly label: number;
  readonly labelWidth: number;
  readonly gapWidth: number;
  /** Where the lines part that leave one place in several rows. */
  readonly parting: number;
  readonly firstTrack: number;
  /** Where the lines meet that reach one place of the next layer in several rows. */
  readonly meeting: number;
}

/** Lines up and down are two characters apart, so that they don't touch. */
const TRACK_WIDTH = 2;
/** Of a gap without any: ` ── `. */
const STRAIGHT_GAP_WIDTH = 4;

function columnsOf(graph: LayeredGraph, gaps: readonly (readonly Track[])[]): Column[] {
  let label = 0;
  return graph.layers.map((layer, i) => {
    const labelWidth = Math.max(...layer.map((place) => widthOf(place.label)));
    const parts = layer.some((place) => place.right.length > 1) ? 1 : 0;
    const tracks = 1 + Math.max(-1, ...(gaps[i] ?? []).map((track) => track.column ?? -1));
    const meets = graph.layers[i + 1]?.some((place) => place.left.length > 1) ? 1 : 0;
    const lines = parts + tracks + meets;
    const parting = label + labelWidth + ' ─'.length;
    const column = {
      label,
      labelWidth,
      gapWidth: lines === 0 ? STRAIGHT_GAP_WIDTH : ' ─'.length + lines * TRACK_WIDTH - 1 + '─ '.length,
      parting,
      firstTrack: parting + parts * TRACK_WIDTH,
      meeting: parting + (parts + tracks) * TRACK_WIDTH,
    };
    label += labelWidth + column.gapWidth;
    return column;
  });
}

function paintGap(
  canvas: BoxCanvas,
  tracks: readonly Track[],
  before: Column,
  after: Column,
  rowOf: ReadonlyMap<Place, number>,
): void {
  const xOf = ({ column }: Track) => before.firstTrack + (column ?? 0) * TRACK_WIDTH;
  const startOf = ({ place }: Port) => (place.right.length > 1 ? before.parting : endOfLabel(place, before));
  const endOf = ({ place }: Port) => (place.left.length > 1 ? before.meeting : startOfLabel(place, after));
  const bent = tracks.filter((track) => !isStraight(track));

  for (const { from, to } of tracks.filter(isStraight)) {
    for (const start of from) for (const end of to) canvas.horizontal(start.row, startOf(start), endOf(end));
  }
  for (const track of bent) {
    for (const port of track.from) canvas.horizontal(port.row, startOf(port), xOf(track));
    for (const port of track.to) canvas.horizontal(port.row, xOf(track), endOf(port));
    if (track.enters?.start) canvas.horizontal(track.enters.row, xOf(track.enters.start), xOf(track));
  }
  const parting = severalRowsOf(tracks.flatMap((track) => track.from));
  const meeting = severalRowsOf(tracks.flatMap((track) => track.to));
  for (const place of parting.keys())
    canvas.horizontal(rowOf.get(place) ?? 0, endOfLabel(place, before), before.parting);
  for (const place of meeting.keys())
    canvas.horizontal(rowOf.get(place) ?? 0, before.meeting, startOfLabel(place, after));

  for (const track of bent) canvas.vertical(xOf(track), rowsOf(track));
  for (const rows of parting.values()) canvas.vertical(before.parting, rows);
  for (const rows of meeting.values()) canvas.vertical(before.meeting, rows);
}

/** The places with several ports among these, and their rows. */
function severalRowsOf(ports: readonly Port[]): Map<Place, number[]> {
  const rows = new Map<Place, number[]>();
  for (const { place, row } of ports) {
    const known = rows.get(place);
    if (known === undefined) rows.set(place, [row]);
    else known.push(row);
  }
  return new Map([...rows].filter(([, { length }]) => length > 1));
}

/** Where lines begin behind a label: after a space. Those that only pass go on from where they came. */
function endOfLabel(place: Place, column: Column): number {
  return place.kind === 'pass' ? column.label : column.label + widthOf(place.label) + 1;
}

/** Where lines end in front of a label. */
function startOfLabel(place: Place, column: Column): number {
  return place.kind === 'pass' ? column.label - 1 : column.label - 2;
}
