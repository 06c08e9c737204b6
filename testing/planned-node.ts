import { childPlan, type Plan, type PlannedTask } from '../src/core/plan.js';
import { readItemId } from '../src/core/unit-id.js';
import { suggest } from '../src/define/suggest.js';
import { unknownTask } from './unknown-task.js';

/** Also in paths of many items: `trips[*]/book`. */
const EVERY_ITEM = /\[\*\]$/;

/**
 * The node that a path is about, by the plan alone.
 *
 * @param path as `findUnit` takes it
 * @throws {@link UnknownTaskError}
 */
export function plannedNode(plan: Plan, path: string): PlannedTask {
  const [first = '', ...rest] = path.split('/');
  const id = readItemId(first.replace(/:(compensate|destroy)$/, '').replace(EVERY_ITEM, '')).task;
  const task = nodesOf(plan).get(id);
  if (task === undefined) {
    throw unknownTask(id, plan.workflow, suggest(id, [...nodesOf(plan).keys()]));
  }
  if (rest.length === 0) return task;
  if (task.child === undefined) throw unknownTask(path, plan.workflow, `'${id}' runs no child workflow`);
  return plannedNode(childPlan(plan, task.child), rest.join('/'));
}

const nodes = new WeakMap<Plan, ReadonlyMap<string, PlannedTask>>();

function nodesOf(plan: Plan): ReadonlyMap<string, PlannedTask> {
  const known = nodes.get(plan);
  if (known !== undefined) return known;
  const byId = new Map(plan.tasks.map((task) => [task.id, task]));
  nodes.set(plan, byId);
  return byId;
}

/** `trips[3]/book` is a node `trips/book` of the definition. */
export function withoutItems(path: string): string {
  return path.replace(/\[[^\]]*\]/g, '');
}
