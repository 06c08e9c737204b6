import type { Net, Place } from './layers.js';

/** The edges from a place to places of the next layer. */
export interface Edges {
  readonly from: Place;
  readonly to: readonly Place[];
}

/**
 * Covers the edges between two layers by nets, each edge once. Candidates are the places with the same targets and those
 * with the same sources; the largest are taken first, and what they leave is grouped again. (To find the fewest nets is
 * NP-hard.)
 */
export function bundleEdges(edges: readonly Edges[]): Net[] {
  const nets: Net[] = [];
  let open = edges.filter(({ to }) => to.length > 0).map(({ from, to }) => ({ members: [from], shared: new Set(to) }));
  while (open.length > 0) {
    const left = new Map(open.map(({ members, shared }) => [members[0], shared]));
    const candidates = [
      ...groupByShared(open).map(({ members, shared }) => netOf(members, [...shared])),
      ...groupByShared(invert(open)).map(({ members, shared }) => netOf([...shared], members)),
    ].sort((a, b) => sizeOf(b) - sizeOf(a));
    for (const net of candidates) {
      if (!net.left.every((from) => net.right.every((to) => left.get(from)?.has(to)))) continue;
      nets.push(net);
      for (const from of net.left) for (const to of net.right) left.get(from)?.delete(to);
    }
    open = open.filter(({ shared }) => shared.size > 0);
  }
  for (const net of nets) {
    for (const place of net.left) place.right.push(net);
    for (const place of net.right) place.left.push(net);
  }
  return nets;
}

/** Places on one side of a gap, and those on the other side to which all of them have an edge. */
interface Group {
  readonly members: Place[];
  readonly shared: Set<Place>;
}

function groupByShared(groups: readonly Group[]): Group[] {
  const numbers = new Map<Place, number>();
  const byKey = new Map<string, Group>();
  for (const { members, shared } of groups) {
    const key = [...shared]
      .map((place) => numberOf(place, numbers))
      .sort((a, b) => a - b)
      .join();
    const existing = byKey.get(key);
    if (existing === undefined) byKey.set(key, { members: [...members], shared });
    else existing.members.push(...members);
  }
  return [...byKey.values()];
}

function numberOf(place: Place, numbers: Map<Place, number>): number {
  const number = numbers.get(place) ?? numbers.size;
  numbers.set(place, number);
  return number;
}

function invert(groups: readonly Group[]): Group[] {
  const byTarget = new Map<Place, Group>();
  for (const { members, shared } of groups) {
    for (const target of shared) {
      const group = byTarget.get(target) ?? { members: [target], shared: new Set() };
      for (const member of members) group.shared.add(member);
      byTarget.set(target, group);
    }
  }
  return [...byTarget.values()];
}

function netOf(left: Place[], right: Place[]): Net {
  return { component: left[0]?.component ?? 0, left, right, order: 0 };
}

function sizeOf(net: Net): number {
  return net.left.length * net.right.length;
}
