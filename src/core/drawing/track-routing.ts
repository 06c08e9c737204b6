import type { RowLayout, Wire } from './row-alignment.js';

/**
 * A wire in the column of its gap in which it runs up and down; or a half of one. A wire is halved where it would have to
 * be both left and right of another; its halves are joined along a row of their own.
 */
export interface Track extends Wire {
  /** Where it comes from an earlier half. */
  readonly enters?: Bend;
  /** Where it goes on in a later half. */
  readonly leaves?: Bend;
  /** Column of the gap, from 0; undefined where the wire is straight. */
  column: number | undefined;
}

/** The row that joins two halves of a wire. */
interface Bend {
  row: number;
  /** The half on the left. */
  start?: Track;
}

/**
 * Gives each wire of each gap a column such that no two lie on each other, in an order that makes them cross little. It
 * inserts rows into the layout where wires have to be halved.
 */
export function routeTracks(layout: RowLayout): Track[][] {
  const gaps: Track[][] = layout.wires.map((wires) => wires.map((wire) => ({ ...wire, column: undefined })));
  for (let i = 0; i < gaps.length; ) {
    const tracks = gaps[i] ?? [];
    const stuck = placeTracks(tracks.filter((track) => !isStraight(track)));
    if (stuck === undefined) {
      i++;
      continue;
    }
    const bend: Bend = { row: bendRowOf(stuck) };
    insertRow(layout, gaps, bend.row);
    gaps[i] = tracks.flatMap((track) => (track === stuck ? halve(track, bend) : [track]));
  }
  return gaps;
}

export function isStraight(track: Track): boolean {
  const { top, bottom } = spanOf(track);
  return top === bottom;
}

/** All rows in which it ends. */
export function rowsOf({ from, to, enters, leaves }: Track): number[] {
  const rows: number[] = [];
  for (const { row } of from) rows.push(row);
  for (const { row } of to) rows.push(row);
  if (enters !== undefined) rows.push(enters.row);
  if (leaves !== undefined) rows.push(leaves.row);
  return rows;
}

interface Span {
  readonly top: number;
  readonly bottom: number;
}

export function spanOf(track: Track): Span {
  const rows = rowsOf(track);
  return { top: Math.min(...rows), bottom: Math.max(...rows) };
}

/** A track without a column yet. */
interface Waiting extends Span {
  readonly track: Track;
  /** The tracks that have to be on its left and have no column yet. */
  readonly after: Set<Track>;
  /** How many more crossings there are with it on the left of all others than with it on their right. */
  cost: number;
}

/** Gives the tracks their columns, or returns one that has to be halved first. */
function placeTracks(tracks: readonly Track[]): Track | undefined {
  const waiting = waitingOf(tracks);
  const placed: (Span & { column: number })[] = [];
  while (waiting.size > 0) {
    let next: Waiting | undefined;
    for (const candidate of waiting) {
      if (candidate.after.size === 0 && candidate.cost < (next?.cost ?? Number.POSITIVE_INFINITY)) next = candidate;
    }
    if (next === undefined) return smallestOfCycle([...waiting]);
    const { track, top, bottom } = next;
    const neighbours = placed.filter((other) => other.top <= bottom && top <= other.bottom);
    track.column = 1 + Math.max(-1, ...neighbours.map(({ column }) => column));
    placed.push({ top, bottom, column: track.column });
    waiting.delete(next);
    for (const other of waiting) {
      other.after.delete(track);
      other.cost -= crossings(other, next) - crossings(next, other);
    }
  }
  return undefined;
}

function waitingOf(tracks: readonly Track[]): Set<Waiting> {
  const waiting = tracks.map(
    (track): Waiting => ({
      track,
      ...spanOf(track),
      after: new Set(track.enters?.start && [track.enters.start]),
      cost: 0,
    }),
  );
  // what comes from the left in a row has to turn off before another starts in it to the right
  const byRowOnRight = new Map(waiting.flatMap((entry) => entry.track.to.map(({ row }) => [row, entry] as const)));
  for (const entry of waiting) {
    for (const { row } of entry.track.from) {
      const other = byRowOnRight.get(row);
      if (other !== undefined && other !== entry) other.after.add(entry.track);
    }
    for (const other of waiting) entry.cost += crossings(entry, other) - crossings(other, entry);
  }
  return new Set(waiting);
}

/** How often two tracks cross, the first of which is on the left of the other. */
function crossings(left: Waiting, right: Waiting): number {
  let count = 0;
  for (const { row } of left.track.to) if (row >= right.top && row <= right.bottom) count++;
  for (const { row } of right.track.from) if (row >= left.top && row <= left.bottom) count++;
  return count;
}

/** Of tracks that have to be left of each other in a circle, the one with the fewest ends. Halves don't make circles. */
function smallestOfCycle(waiting: readonly Waiting[]): Track | undefined {
  const path: Track[] = [];
  let track = waiting[0]?.track;
  while (track !== undefined && !path.includes(track)) {
    path.push(track);
    const current = track;
    track = waiting
      .find((entry) => entry.track === current)
      ?.after.values()
      .next().value;
  }
  const cycle = track === undefined ? [] : path.slice(path.indexOf(track));
  const whole = cycle.filter(({ from, to }) => from.length > 0 && to.length > 0);
  return whole.sort((a, b) => a.from.length + a.to.length - b.from.length - b.to.length)[0];
}

/** A new row for the bend, next to the ends on the left and on the side to which the wire turns. */
function bendRowOf({ from, to }: Track): number {
  const left = from.map(({ row }) => row);
  const bottom = Math.max(...left);
  return Math.max(...to.map(({ row }) => row)) > bottom ? bottom + 1 : Math.min(...left);
}

function halve({ from, to }: Track, bend: Bend): Track[] {
  const start: Track = { from, to: [], leaves: bend, column: undefined };
  bend.start = start;
  return [start, { from: [], to, enters: bend, column: undefined }];
}

/** Moves everything from the row on down by one. */
export function insertRow(layout: RowLayout, gaps: readonly (readonly Track[])[], row: number): void {
  for (const [place, current] of layout.rowOf) if (current >= row) layout.rowOf.set(place, current + 1);
  const bends = gaps.flat().flatMap(({ leaves }) => leaves ?? []);
  const ports = layout.wires.flat().flatMap(({ from, to }) => [...from, ...to]);
  for (const end of [...bends, ...ports]) if (end.row >= row) end.row++;
}
