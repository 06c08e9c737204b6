import { BoxCanvas } from './box-canvas.js';
import { type Frame, frameGroups } from './group-frames.js';
import { aroundOf } from './groups.js';
import { type Column, columnsOf, SIDE_WIDTH, TRACK_WIDTH, titleOf } from './layer-columns.js';
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
  /** Around groups. */
  readonly frames: readonly Frame[];
  readonly columns: readonly Column[];
  readonly width: number;
  readonly height: number;
  /** How many boxes are in each other. */
  readonly depth: number;
}

/** Lays the layers out as columns, from left to right. They must be in their final order. */
export function layOut(graph: LayeredGraph): LayerLayout {
  const rows = assignRows(graph);
  const gaps = routeTracks(rows);
  const frames = frameGroups(graph, rows, gaps);
  const columns = columnsOf(graph, gaps, frames);
  let width = 0;
  for (const { label, labelWidth, rightSides } of columns) width = Math.max(width, label + labelWidth + rightSides);
  let height = 0;
  for (const row of rows.rowOf.values()) height = Math.max(height, row + 1);
  for (const track of gaps.flat()) height = Math.max(height, spanOf(track).bottom + 1);
  for (const { bottom } of frames) height = Math.max(height, bottom + 1);
  const depth = Math.max(0, ...frames.map(({ group }) => [...aroundOf(group)].length));
  return { graph, rowOf: rows.rowOf, gaps, frames, columns, width, height, depth };
}

/** A layout as text. */
export interface Drawing {
  readonly text: string;
  /** How often a line passes under another. */
  readonly crossings: number;
}

export function paint({ graph, rowOf, gaps, frames, columns, width, height }: LayerLayout): Drawing {
  const canvas = new BoxCanvas(width, height);
  for (const [i, tracks] of gaps.entries()) {
    const [before, after] = [columns[i], columns[i + 1]];
    if (before !== undefined && after !== undefined) paintGap(canvas, tracks, before, after, rowOf);
  }
  for (const [i, layer] of graph.layers.entries()) {
    for (const place of layer) canvas.text(rowOf.get(place) ?? 0, columns[i]?.label ?? 0, place.label);
  }
  for (const frame of frames) {
    const [first, last] = [columns[frame.firstLayer], columns[frame.lastLayer]];
    if (first !== undefined && last !== undefined) paintFrame(canvas, frame, first, last);
  }
  return { text: canvas.toString(), crossings: canvas.crossings };
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

/** Its sides lie where only horizontal lines run, those above and below where only vertical ones do, and its name where none do. */
function paintFrame(canvas: BoxCanvas, frame: Frame, first: Column, last: Column): void {
  const left = first.label - SIDE_WIDTH * (frame.leftSlot + 1);
  const right = last.label + last.labelWidth + SIDE_WIDTH * frame.rightSlot + 1;
  canvas.frame({ left, right, top: frame.top, bottom: frame.bottom });
  canvas.frameTitle(frame.top, first.label - 1, ` ${titleOf(frame)} `);
}
