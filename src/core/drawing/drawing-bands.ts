import { type Drawing, type LayerLayout, layOut, paint } from './layered-drawing.js';
import { placeOf } from './layered-graph.js';
import type { LayeredGraph, Net, Place } from './layers.js';

/**
 * Draws the graph at most `maxWidth` characters wide: what doesn't fit goes on below, as text does. Where a line is cut it
 * ends in `→` and goes on from the `→` below; if there are several they have numbers. Undefined where it doesn't fit
 * however it is cut. Cutting changes the graph.
 */
export function drawInBands(graph: LayeredGraph, maxWidth: number): Drawing | undefined {
  const whole = layOut(graph);
  if (whole.width <= maxWidth) return paint(whole);
  // A box that is cut has a side more on both halves.
  const room = maxWidth - SIDES_WIDTH * whole.depth;
  const bands = cutGraph(graph, chooseCuts(whole, room)).map(layOut);
  if (bands.some(({ width }) => width > maxWidth)) return undefined;
  const drawings = bands.map(paint);
  return {
    text: drawings.map(({ text }) => text).join(bands.some(({ height }) => height > 1) ? '\n\n' : '\n'),
    crossings: drawings.reduce((sum, { crossings }) => sum + crossings, 0),
  };
}

/** Bands that are filled so far may end early for a cut through fewer lines. */
const LEAST_FILLING = 0.5;
/** Of a box, the two sides with the space beside them. */
const SIDES_WIDTH = 4;
/** What the longest ends of cut lines take: `→99`. */
const CUT_LABEL_WIDTH = 3;

/** The gaps at which to cut: for each band that with the fewest lines, of equal ones the last. */
function chooseCuts({ graph, columns }: LayerLayout, maxWidth: number): number[] {
  const cuts: number[] = [];
  let entryWidth = 0;
  for (let first = 0; first < columns.length; ) {
    let best = first;
    let fewest = Number.POSITIVE_INFINITY;
    let width = entryWidth;
    for (const [i, { labelWidth, gapWidth }] of columns.entries()) {
      if (i < first) continue;
      if (i === columns.length - 1 && width + labelWidth <= maxWidth) return cuts;
      width += labelWidth + gapWidth;
      if (width + CUT_LABEL_WIDTH > maxWidth) break;
      const lines = graph.gaps[i]?.length ?? 0;
      if (lines <= fewest || width < maxWidth * LEAST_FILLING) [best, fewest] = [i, lines];
    }
    cuts.push(best);
    entryWidth = CUT_LABEL_WIDTH + (columns[best]?.gapWidth ?? 0);
    first = best + 1;
  }
  return cuts;
}

/** Cuts through the nets of the given gaps. */
function cutGraph(graph: LayeredGraph, cuts: readonly number[]): LayeredGraph[] {
  let number = 0;
  let first = 0;
  let entry: Ends = { layer: [], gap: [] };
  const bands = cuts.map((cut) => {
    const nets = graph.gaps[cut] ?? [];
    const halves = nets.map((net) => cutNet(net, nets.length === 1 ? '' : String(++number)));
    const exit = endsOf(halves.map(({ left }) => left));
    const band = withEntry(entry, {
      layers: [...graph.layers.slice(first, cut + 1), exit.layer],
      gaps: [...graph.gaps.slice(first, cut), exit.gap],
    });
    entry = endsOf(halves.map(({ right }) => right));
    first = cut + 1;
    return band;
  });
  return [...bands, withEntry(entry, { layers: graph.layers.slice(first), gaps: graph.gaps.slice(first) })];
}

/** A half of a net, and the place at which it is cut. */
interface HalfNet {
  readonly end: Place;
  readonly net: Net;
}

interface Ends {
  readonly layer: Place[];
  readonly gap: Net[];
}

function endsOf(halves: readonly HalfNet[]): Ends {
  return { layer: halves.map(({ end }) => end), gap: halves.map(({ net }) => net) };
}

function withEntry(entry: Ends, { layers, gaps }: LayeredGraph): LayeredGraph {
  return entry.layer.length === 0 ? { layers, gaps } : { layers: [entry.layer, ...layers], gaps: [entry.gap, ...gaps] };
}

function cutNet(whole: Net, name: string): { left: HalfNet; right: HalfNet } {
  const { component, order } = whole;
  const leaving: Place = { ...placeOf('cut', `→${name}`, component, whole.left[0]?.group), order };
  const entering: Place = { ...placeOf('cut', `${name}→`, component, whole.right[0]?.group), order };
  const left: Net = { component, order, left: whole.left, right: [leaving] };
  const right: Net = { component, order, left: [entering], right: whole.right };
  leaving.left.push(left);
  entering.right.push(right);
  for (const place of whole.left) place.right = place.right.map((net) => (net === whole ? left : net));
  for (const place of whole.right) place.left = place.left.map((net) => (net === whole ? right : net));
  return { left: { end: leaving, net: left }, right: { end: entering, net: right } };
}
