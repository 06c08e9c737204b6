import { drawInBands } from './drawing-bands.js';
import { listGroups } from './group-listing.js';
import { type Group, groupsOf } from './groups.js';
import { orderLayers } from './layer-order.js';
import { layeredGraphOf, passCount, wavesOf } from './layered-graph.js';
import { cutMiddle, inColumns } from './text-lines.js';
import { reduceNeeds } from './transitive-reduction.js';
import { listWaves } from './wave-listing.js';

export interface GraphNode {
  readonly label: string;
  /** Indices of the nodes it needs, each smaller than its own. */
  readonly needs: readonly number[];
  /** Of a node in a group. */
  readonly boxed?: BoxedNode;
}

interface BoxedNode {
  /** The names of its groups, the outermost first. */
  readonly groups: readonly string[];
  /** Its label within their boxes. */
  readonly label: string;
}

/** In characters. */
const DEFAULT_WIDTH = 100;
/** In characters. */
const MAX_LABEL = 32;
/** A larger graph is listed: nobody follows its lines. */
const MAX_NODES = 200;

/**
 * Draws a graph with box characters for a monospace font. Waves are columns, from left to right; what is too wide goes on
 * below, from `→` to `→`. Lines that run together belong together: every node on the left of a bundle is needed by every
 * node on its right. A line that is interrupted by another (`─│─`) passes under it. A group is a box with its name, in whose rows
 * nothing else stands; lines lead in and out of it through its sides. Nodes without any edge or group stand below the rest.
 *
 * A need that follows from the others is not drawn. Where too many lines would cross, or there are more than 200 nodes,
 * the result is a list of the waves, in which each node names its needs after `←`. Labels longer than 32 characters
 * lose their middle. Where boxes would make lines cross too often, the groups are listed below, each with its nodes.
 *
 * @param maxWidth in characters, at least 60; default 100
 */
export function drawGraph(nodes: readonly GraphNode[], maxWidth: number = DEFAULT_WIDTH): string {
  const needsOf = reduceNeeds(nodes.map(({ needs }) => needs));
  const isGrouped = nodes.some(({ boxed }) => boxed !== undefined);
  if (isGrouped) {
    const boxed = nodes.map(({ label, boxed }) => cutMiddle(boxed?.label ?? label, MAX_LABEL));
    const groups = groupsOf(nodes.map(({ boxed }) => boxed?.groups ?? []));
    const drawing = drawLines(boxed, needsOf, groups, maxWidth);
    if (drawing !== undefined) return drawing;
  }
  const labels = nodes.map(({ label }) => cutMiddle(label, MAX_LABEL));
  const drawing = drawLines(labels, needsOf, [], maxWidth) ?? listWaves(labels, needsOf, wavesOf(needsOf), maxWidth);
  return isGrouped ? [drawing, '', ...listGroups(nodes, labels, maxWidth)].join('\n') : drawing;
}

/** The drawing; undefined where it would be too hard to read. */
function drawLines(
  labels: readonly string[],
  needsOf: readonly (readonly number[])[],
  groups: readonly (Group | undefined)[],
  maxWidth: number,
): string | undefined {
  if (labels.length > MAX_NODES) return undefined;
  const isNeeded = new Set(needsOf.flat());
  const isAlone = (node: number) => needsOf[node]?.length === 0 && !isNeeded.has(node) && groups[node] === undefined;
  const alone = inColumns(
    labels.filter((_, node) => isAlone(node)),
    maxWidth,
  );
  const linked = [...labels.keys()].filter((node) => !isAlone(node));
  if (linked.length === 0) return alone.join('\n');

  const positions = new Map(linked.map((node, position) => [node, position]));
  const text = drawLinked(
    linked.map((node) => labels[node] ?? ''),
    linked.map((node) => (needsOf[node] ?? []).map((need) => positions.get(need) ?? 0)),
    linked.map((node) => groups[node]),
    maxWidth,
  );
  return text === undefined || alone.length === 0 ? text : [text, '', ...alone].join('\n');
}

function drawLinked(
  labels: readonly string[],
  needsOf: readonly (readonly number[])[],
  groups: readonly (Group | undefined)[],
  maxWidth: number,
): string | undefined {
  // found by looking at some hundred drawings: beyond this the eye loses the lines
  const maxCrossings = 4 + labels.length / 6;
  const waveOf = wavesOf(needsOf);
  if (passCount(needsOf, waveOf) > 2 * labels.length) return undefined;
  const graph = layeredGraphOf(labels, needsOf, waveOf, groups);
  // an upper estimate, as lines that bend where they would cross may get by without it
  if (orderLayers(graph) > 1.5 * maxCrossings) return undefined;
  const drawing = drawInBands(graph, maxWidth);
  return drawing === undefined || drawing.crossings > maxCrossings ? undefined : drawing.text;
}
