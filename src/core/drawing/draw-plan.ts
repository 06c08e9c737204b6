import { childPlan, type Plan, type PlannedTask } from '../plan.js';
import { drawGraph, type GraphNode } from './draw-graph.js';
import { cutMiddle } from './text-lines.js';

/**
 * Draws the graph of a plan, see {@link drawGraph}: groups as boxes, `smoke[]` for a map, `deploy(region)` for a node that runs the child
 * workflow `region`, and below the rest what runs at the end.
 *
 * @param prefixOf stands in front of a task's name; none by default
 * @param maxWidth in characters, at least 60; default 100
 */
export function drawPlan(plan: Plan, prefixOf: (index: number) => string = () => '', maxWidth?: number): string {
  const finish = plan.finish === undefined ? undefined : plan.tasks[plan.finish];
  // It is the last of them, so the others keep their indices.
  const tasks = plan.tasks.filter((task) => task !== finish);
  const graph = drawGraph(
    tasks.map((task, index) => nodeOf(plan, task, prefixOf(index))),
    maxWidth,
  );
  if (finish === undefined) return graph;
  const last = `at the end: ${prefixOf(plan.finish ?? 0)}${cutMiddle(nameOf(plan, finish), MAX_NAME)}`;
  return graph === '' ? last : `${graph}\n\n${last}`;
}

/** In characters, of the node at the end. */
const MAX_NAME = 40;

function nodeOf(plan: Plan, task: PlannedTask, prefix: string): GraphNode {
  const name = nameOf(plan, task);
  const { groups, rest } = readGroups(task.id);
  const label = prefix + name;
  if (groups.length === 0) return { label, needs: task.needs };
  return { label, needs: task.needs, boxed: { groups, label: prefix + rest + name.slice(task.id.length) } };
}

function nameOf(plan: Plan, { id, kind, child }: PlannedTask): string {
  const items = kind === 'map' ? '[]' : '';
  return child === undefined ? id + items : `${id}${items}(${childPlan(plan, child).workflow})`;
}

/** `eu.north.build` is `build` in the group `north` of the group `eu`. */
export function readGroups(id: string): { readonly groups: readonly string[]; readonly rest: string } {
  const names = id.split('.');
  if (names.some((name) => name === '')) return { groups: [], rest: id }; // a plan from outside can have any ids
  return { groups: names.slice(0, -1), rest: names.at(-1) ?? id };
}
