// Imported by workflow code as well: it imports only what is pure.
import { seededRandom } from '../measure/statistics.js';

/** The graph of a workload: nodes by number, each with the numbers of the nodes that it needs, which are all smaller. */
export type Graph = readonly (readonly number[])[];

export function chain(length: number): Graph {
  return numbers(length).map((node) => (node === 0 ? [] : [node - 1]));
}

/** One root, `width` nodes that need it, one that needs all of these. */
export function fan(width: number): Graph {
  return [[], ...numbers(width).map(() => [0]), numbers(width).map((node) => node + 1)];
}

/** Each node needs every node of the layer before. */
export function layers(depth: number, width: number): Graph {
  return numbers(depth * width).map((node) => {
    const first = (Math.floor(node / width) - 1) * width;
    return first < 0 ? [] : numbers(width).map((place) => first + place);
  });
}

/** Each node needs one or two of those before it, drawn from a seed; the first ten need none. */
export function randomGraph(size: number, seed: number): Graph {
  const random = seededRandom(seed);
  return numbers(size).map((node) => {
    if (node < 10) return [];
    const draws = random() < 0.5 ? 1 : 2;
    return [...new Set(numbers(draws).map(() => Math.floor(random() * node)))];
  });
}

/** What no other node needs: the outputs of a run. Since values flow along the edges, they show whether all others were right. */
export function sinksOf(graph: Graph): number[] {
  const needed = new Set(graph.flat());
  return numbers(graph.length).filter((node) => !needed.has(node));
}

/** The nodes of the same topological depth, by depth. */
export function wavesOf(graph: Graph): number[][] {
  const waves: number[][] = [];
  const depths: number[] = [];
  graph.forEach((needs, node) => {
    const depth = needs.reduce((most, need) => Math.max(most, (depths[need] ?? 0) + 1), 0);
    depths.push(depth);
    waves[depth] = [...(waves[depth] ?? []), node];
  });
  return waves;
}

/** Outputs stay small, however deep the graph is. */
const MODULUS = 1_000_003;

/** What every contender's activity computes. */
export function outputOf(node: number, needs: readonly number[]): number {
  return needs.reduce((sum, need) => sum + need, node + 1) % MODULUS;
}

/** What a run must return: the outputs of the sinks by their names. */
export function expectedOutputs(graph: Graph): Record<string, number> {
  const outputs: number[] = [];
  graph.forEach((needs, node) => {
    outputs.push(
      outputOf(
        node,
        needs.map((need) => outputs[need] ?? Number.NaN),
      ),
    );
  });
  return Object.fromEntries(sinksOf(graph).map((node) => [nameOf(node), outputs[node] ?? Number.NaN]));
}

export function nameOf(node: number): string {
  return `t${node}`;
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, number) => number);
}
