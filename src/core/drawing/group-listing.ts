import type { GraphNode } from './draw-graph.js';
import { cutMiddle, wrapWords } from './text-lines.js';

/** In characters. */
const MAX_NAME = 64;

/** A line for each group with what is in it, `[eu] eu.build, eu.north.deploy`: for a drawing that has no boxes. */
export function listGroups(nodes: readonly GraphNode[], labels: readonly string[], maxWidth: number): string[] {
  const members = new Map<string, string[]>();
  nodes.forEach(({ boxed }, node) => {
    boxed?.groups.forEach((_, depth) => {
      const name = boxed.groups.slice(0, depth + 1).join('.');
      members.set(name, [...(members.get(name) ?? []), labels[node] ?? '']);
    });
  });
  return [...members].flatMap(([name, listed]) => {
    const words = listed.map((label, i) => (i < listed.length - 1 ? `${label},` : label));
    return wrapWords([`[${cutMiddle(name, Math.min(MAX_NAME, maxWidth - 2))}]`, ...words], maxWidth, '    ');
  });
}
