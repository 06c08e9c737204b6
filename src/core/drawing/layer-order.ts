import { type Group, laneOf } from './groups.js';
import type { LayeredGraph } from './layers.js';

/** A place or a net: layers and gaps alternate, and both are ordered in the same way. */
interface Ordered {
  readonly component: number;
  /** Nets belong to none. */
  readonly group?: Group | undefined;
  readonly left: Ordered[];
  readonly right: Ordered[];
  order: number;
}

/** More sweeps, or exchanging neighbours after them, hardly ever save a crossing. */
const SWEEPS = 8;

/**
 * Orders places and nets so that few lines cross, and returns how many do. Sweeps to the right and to the left sort each
 * level by the mean position of its neighbours (Sugiyama's barycenter heuristic). The first of the best orders is
 * kept, which favours the order of the plan.
 */
export function orderLayers(graph: LayeredGraph): number {
  let levels: Ordered[][] = graph.layers.flatMap((layer, i) => [layer, graph.gaps[i] ?? []]);
  levels = levels.map((level) => arrange(level, (item) => item.order));
  let best = levels;
  let fewest = crossingsOf(levels);
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep++) {
    levels = sweep % 2 === 0 ? sweepRight(levels) : sweepLeft(levels);
    const crossings = crossingsOf(levels);
    if (crossings < fewest) [best, fewest] = [levels, crossings];
  }

  best.forEach(number);
  for (const level of best) {
    for (const { left, right } of level) {
      left.sort(byOrder);
      right.sort(byOrder);
    }
  }
  for (const level of [...graph.layers, ...graph.gaps]) level.sort(byOrder);
  return fewest;
}

function sweepRight(levels: readonly Ordered[][]): Ordered[][] {
  return levels.map((level) => arrange(level, (item) => meanOrder(item.left)));
}

function sweepLeft(levels: readonly Ordered[][]): Ordered[][] {
  return levels
    .toReversed()
    .map((level) => arrange(level, (item) => meanOrder(item.right)))
    .reverse();
}

/** Sorts by component, group and wish; an item without a wish stays behind the one before it. */
function arrange(level: readonly Ordered[], wishOf: (item: Ordered) => number | undefined): Ordered[] {
  let wish = -1;
  const arranged = level
    .map((item) => {
      wish = wishOf(item) ?? wish;
      return { item, wish };
    })
    .sort(
      (a, b) => a.item.component - b.item.component || laneOf(a.item.group) - laneOf(b.item.group) || a.wish - b.wish,
    )
    .map(({ item }) => item);
  number(arranged);
  return arranged;
}

function number(level: readonly Ordered[]): void {
  level.forEach((item, order) => {
    item.order = order;
  });
}

function byOrder(a: { order: number }, b: { order: number }): number {
  return a.order - b.order;
}

function meanOrder(items: readonly Ordered[]): number | undefined {
  if (items.length === 0) return undefined;
  return items.reduce((sum, item) => sum + item.order, 0) / items.length;
}

function crossingsOf(levels: readonly Ordered[][]): number {
  return levels.reduce((sum, level, i) => sum + crossingsBetween(level, levels[i + 1]?.length ?? 0), 0);
}

/** Crossings of the lines from a level to the next: the inversions of their ends, counted with a Fenwick tree. */
function crossingsBetween(level: readonly Ordered[], nextSize: number): number {
  const tree = new Int32Array(nextSize + 1);
  let crossings = 0;
  let lines = 0;
  for (const { right } of level) {
    for (const { order } of right) {
      let notBelow = 0;
      for (let i = order + 1; i > 0; i -= i & -i) notBelow += tree[i] ?? 0;
      crossings += lines - notBelow;
    }
    for (const { order } of right) {
      for (let i = order + 1; i <= nextSize; i += i & -i) tree[i] = (tree[i] ?? 0) + 1;
    }
    lines += right.length;
  }
  return crossings;
}
