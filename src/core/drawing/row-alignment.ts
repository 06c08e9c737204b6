import { laneOf } from './groups.js';
import type { LayeredGraph, Net, Place } from './layers.js';

/** One end of a net: the place and the row in which the line leaves or reaches it. */
export interface Port {
  readonly place: Place;
  row: number;
}

/** A net with the rows of its ends. */
export interface Wire {
  readonly from: readonly Port[];
  readonly to: readonly Port[];
}

/** The rows of a layered graph. */
export interface RowLayout {
  readonly rowOf: Map<Place, number>;
  /** The wires of each gap. */
  readonly wires: Wire[][];
}

/**
 * Gives every place a row for each net that ends there, so that no two nets ever share a line. The first ends of a net
 * lie in one row where no other line is in the way, so that the main line runs straight along the top as in a listing;
 * everything lies as high as it can. (This is one of the four alignments of Brandes and Köpf.)
 */
export function assignRows(graph: LayeredGraph): RowLayout {
  const alignments = graph.gaps.flatMap(alignmentsOf);
  const sides = sidesOf(graph, alignments);
  const extents = new Map(graph.layers.flat().map((place) => [place, extentOf(sides, place)]));
  const rowOf = compact(graph, blocksOf(graph, alignments), (place) => extents.get(place) ?? { above: 0, below: 0 });
  const portOf = (side: Map<Place, Side>, place: Place, net: Net): Port => {
    const { nets, anchor } = side.get(place) ?? { nets: [net], anchor: 0 };
    return { place, row: (rowOf.get(place) ?? 0) + nets.indexOf(net) - anchor };
  };
  const wires = graph.gaps.map((gap) =>
    gap.map((net) => ({
      from: net.left.map((place) => portOf(sides.right, place, net)),
      to: net.right.map((place) => portOf(sides.left, place, net)),
    })),
  );
  return { rowOf, wires };
}

/** Two places that a net joins in a straight line. */
interface Alignment {
  readonly net: Net;
  readonly left: Place;
  readonly right: Place;
}

/** The alignments of a gap: none cross, no place has two on a side, and none leads from one group to another. */
function alignmentsOf(gap: readonly Net[]): Alignment[] {
  const accepted: Alignment[] = [];
  const candidates = gap.flatMap(candidatesOf).filter(({ left, right }) => left.group === right.group);
  for (const candidate of candidates.sort((a, b) => a.rank - b.rank)) {
    const isFree = accepted.every(
      ({ left, right }) => (left.order - candidate.left.order) * (right.order - candidate.right.order) > 0,
    );
    if (isFree) accepted.push(candidate);
  }
  return accepted;
}

/** Lines that only pass come first, since a bend in them is only noise; then the first ends of nets. */
function candidatesOf(net: Net): (Alignment & { rank: number })[] {
  const [firstLeft, firstRight] = [net.left[0], net.right[0]];
  if (firstLeft === undefined || firstRight === undefined) return [];
  const passes = firstLeft.kind === 'pass' && firstRight.kind === 'pass';
  return [
    { net, left: firstLeft, right: firstRight, rank: passes ? 0 : 1 },
    ...net.right.slice(1).map((right) => ({ net, left: firstLeft, right, rank: 2 })),
    ...net.left.slice(1).map((left) => ({ net, left, right: firstRight, rank: 2 })),
  ];
}

/** The nets that end on one side of a place, in consecutive rows; that of `anchor` lies in the row of the place. */
interface Side {
  readonly nets: readonly Net[];
  readonly anchor: number;
}

interface Sides {
  readonly left: Map<Place, Side>;
  readonly right: Map<Place, Side>;
}

function sidesOf(graph: LayeredGraph, alignments: readonly Alignment[]): Sides {
  const left = new Map(alignments.map(({ net, right }) => [right, net]));
  const right = new Map(alignments.map((alignment) => [alignment.left, alignment.net]));
  const places = graph.layers.flat();
  return {
    left: new Map(places.map((place) => [place, sideOf(place.left, left.get(place))])),
    right: new Map(places.map((place) => [place, sideOf(place.right, right.get(place))])),
  };
}

function sideOf(nets: readonly Net[], aligned: Net | undefined): Side {
  return { nets, anchor: aligned === undefined ? Math.max(0, (nets.length - 1) >> 1) : nets.indexOf(aligned) };
}

/** How many rows a place takes above and below its own. */
interface Extent {
  readonly above: number;
  readonly below: number;
}

function extentOf(sides: Sides, place: Place): Extent {
  const [left, right] = [sides.left.get(place), sides.right.get(place)];
  return {
    above: Math.max(left?.anchor ?? 0, right?.anchor ?? 0),
    below: Math.max(rowsBelow(left), rowsBelow(right)),
  };
}

function rowsBelow(side: Side | undefined): number {
  return side === undefined ? 0 : Math.max(0, side.nets.length - 1 - side.anchor);
}

/** Places in one row. */
interface Block {
  readonly places: Place[];
  row: number | undefined;
}

function blocksOf(graph: LayeredGraph, alignments: readonly Alignment[]): Map<Place, Block> {
  const leftOf = new Map(alignments.map(({ left, right }) => [right, left]));
  const blocks = new Map<Place, Block>();
  for (const place of graph.layers.flat()) {
    const left = leftOf.get(place);
    const block = (left && blocks.get(left)) ?? { places: [], row: undefined };
    block.places.push(place);
    blocks.set(place, block);
  }
  return blocks;
}

/** Gives each block the highest row in which its places are clear of those above them; components lie below each other, and in them the groups. */
function compact(
  graph: LayeredGraph,
  blocks: ReadonlyMap<Place, Block>,
  extentOf: (place: Place) => Extent,
): Map<Place, number> {
  const above = new Map<Place, Place>();
  const bands = new Map<string, Place[]>();
  for (const layer of graph.layers) {
    const lowest = new Map<string, Place>();
    for (const place of layer) {
      const key = `${place.component} ${laneOf(place.group)}`;
      const members = bands.get(key) ?? [];
      members.push(place);
      bands.set(key, members);
      const previous = lowest.get(key);
      if (previous !== undefined) above.set(place, previous);
      lowest.set(key, place);
    }
  }

  let top = 0;
  const settle = (block: Block): number => {
    if (block.row !== undefined) return block.row;
    block.row = top; // alignments that don't cross have no cycles; should one have, it ends here
    block.row = Math.max(
      ...block.places.map((place) => {
        const previous = above.get(place);
        const on = previous && blocks.get(previous);
        const free = on ? settle(on) + extentOf(previous).below + 1 : top;
        return free + extentOf(place).above;
      }),
    );
    return block.row;
  };
  const rowOf = new Map<Place, number>();
  for (const band of [...bands.values()].sort(byBand)) {
    let bottom = top;
    for (const place of band) {
      const block = blocks.get(place);
      if (block === undefined) continue;
      const row = settle(block);
      rowOf.set(place, row);
      bottom = Math.max(bottom, row + extentOf(place).below + 1);
    }
    top = bottom;
  }
  return rowOf;
}

function byBand([a]: readonly Place[], [b]: readonly Place[]): number {
  if (a === undefined || b === undefined) return 0; // a band has a place
  return a.component - b.component || laneOf(a.group) - laneOf(b.group);
}
