import { bundleEdges, type Edges } from './edge-bundles.js';
import { aroundOf, commonGroup, type Group } from './groups.js';
import type { LayeredGraph, Net, Place } from './layers.js';

/**
 * Puts each node into the layer of its wave, lays passing places under edges that are longer than one layer, and bundles
 * the edges of each gap into nets. Lines that lead to the same nodes from here on are one line from here on.
 */
export function layeredGraphOf(
  labels: readonly string[],
  needsOf: readonly (readonly number[])[],
  waveOf: readonly number[],
  groups: readonly (Group | undefined)[] = [],
): LayeredGraph {
  const components = componentsOf(needsOf, groups);
  const dependents = dependentsOf(needsOf);
  const places = labels.map((label, node) => placeOf('node', label, components[node] ?? 0, groups[node]));
  const layers: Place[][] = Array.from({ length: 1 + Math.max(-1, ...waveOf) }, () => []);
  const starting: Line[][] = layers.map(() => []);
  places.forEach((place, node) => {
    layers[waveOf[node] ?? 0]?.push(place);
    starting[waveOf[node] ?? 0]?.push({ place, targets: dependents[node] ?? [] });
  });

  const gaps: Net[][] = [];
  let passing: Line[] = [];
  for (const [wave, next] of layers.slice(1).entries()) {
    const lines = [...(starting[wave] ?? []), ...passing];
    const onward = new Map<string, Line>();
    const edges = lines.map(({ place, targets }): Edges => {
      const near = targets.filter((target) => waveOf[target] === wave + 1);
      const far = targets.filter((target) => waveOf[target] !== wave + 1);
      const to = near.flatMap((target) => places[target] ?? []);
      if (far.length > 0) {
        const line = lineTo(far, place, groups, onward);
        line.place.group = commonGroup(line.place.group, place.group);
        to.push(line.place);
      }
      return { from: place, to };
    });
    gaps.push(bundleEdges(edges));
    passing = [...onward.values()];
    next.push(...passing.map((line) => line.place));
  }
  return { layers, gaps };
}

export function placeOf(kind: Place['kind'], label: string, component: number, group: Group | undefined): Place {
  return { kind, label, component, group, left: [], right: [], order: 0 };
}

/** The wave of each node: the length of the longest path to it. */
export function wavesOf(needsOf: readonly (readonly number[])[]): number[] {
  const waves: number[] = [];
  for (const needs of needsOf) waves.push(needs.reduce((wave, need) => Math.max(wave, (waves[need] ?? 0) + 1), 0));
  return waves;
}

/** How far lines run beyond the next layer, in layers: the places that the drawing needs besides its nodes. */
export function passCount(needsOf: readonly (readonly number[])[], waveOf: readonly number[]): number {
  const lastDependent = waveOf.map((wave) => wave + 1);
  needsOf.forEach((needs, node) => {
    for (const need of needs) lastDependent[need] = Math.max(lastDependent[need] ?? 0, waveOf[node] ?? 0);
  });
  return lastDependent.reduce((sum, last, node) => sum + last - 1 - (waveOf[node] ?? 0), 0);
}

/** A line that has come to a place, and the nodes to which it still leads. */
interface Line {
  readonly place: Place;
  readonly targets: readonly number[];
}

function lineTo(
  targets: readonly number[],
  { component }: Place,
  groups: readonly (Group | undefined)[],
  lines: Map<string, Line>,
): Line {
  const key = targets.join();
  const around = targets.map((target) => groups[target]).reduce(commonGroup);
  const line = lines.get(key) ?? { place: placeOf('pass', '', component, around), targets };
  lines.set(key, line);
  return line;
}

function dependentsOf(needsOf: readonly (readonly number[])[]): number[][] {
  const dependents: number[][] = needsOf.map(() => []);
  needsOf.forEach((needs, node) => {
    for (const need of needs) dependents[need]?.push(node);
  });
  return dependents;
}

/** The number of each node's component, in the order of their first nodes. A group holds its nodes together. */
function componentsOf(needsOf: readonly (readonly number[])[], groups: readonly (Group | undefined)[]): number[] {
  const parent = needsOf.map((_, node) => node);
  const rootOf = (node: number): number => {
    let root = node;
    while (parent[root] !== root) root = parent[root] ?? root;
    return root;
  };
  const join = (one: number, other: number) => {
    const [a, b] = [rootOf(one), rootOf(other)];
    parent[Math.max(a, b)] = Math.min(a, b);
  };
  const firstOf = new Map<Group, number>();
  needsOf.forEach((needs, node) => {
    for (const need of needs) join(need, node);
    for (const group of aroundOf(groups[node])) {
      const first = firstOf.get(group) ?? node;
      firstOf.set(group, first);
      join(first, node);
    }
  });
  const numbers = new Map<number, number>();
  return needsOf.map((_, node) => {
    const root = rootOf(node);
    const number = numbers.get(root) ?? numbers.size;
    numbers.set(root, number);
    return number;
  });
}
