import type { Scheduler } from '../src/core/scheduler.js';
import type { TaskOrchestrator } from '../src/core/task-orchestrator.js';
import { readItemId } from '../src/core/unit-id.js';
import { plannedNode } from './planned-node.js';
import { unknownTask } from './unknown-task.js';

/** A run with its child workflows, by the ids of the units that they belong to. */
export interface RunTree<T> {
  readonly scheduler: Scheduler;
  readonly children: ReadonlyMap<string, T>;
  /** What stands before the ids of its nodes: '' or `trip/`; of a shard what stands before its map's. */
  readonly path: string;
}

export interface FoundUnit<T> {
  /** The run that it is in: where a map is split, that of its shard. */
  readonly run: T;
  readonly unit: TaskOrchestrator;
}

/**
 * Finds what has a life of its own.
 *
 * @param path `build`, an item `smoke[3]`, an undoing `book:compensate` or `db:destroy`; in a child workflow `trip/book`, `trips[3]/book`
 * @throws {@link UnknownTaskError}
 */
export function findUnit<T extends RunTree<T>>(root: T, path: string): FoundUnit<T> {
  const { plan } = root.scheduler;
  plannedNode(plan, path);
  const found = lookUp(root, path);
  if (typeof found === 'string') throw unknownTask(path, plan.workflow, found);
  return found;
}

/**
 * The run of a child workflow, by the path of its node or item.
 *
 * @throws {@link UnknownTaskError}
 */
export function findChild<T extends RunTree<T>>(root: T, path: string): T {
  const { plan } = root.scheduler;
  plannedNode(plan, path);
  const child = childOf(root, path.split('/'));
  if (child === undefined) throw unknownTask(path, plan.workflow, 'no child workflow of it has started');
  return child;
}

/** A path that the plan knows; or why there is no such thing yet. */
export function lookUp<T extends RunTree<T>>(root: T, path: string): FoundUnit<T> | string {
  const names = path.split('/');
  const id = names.pop() ?? '';
  const parent = childOf(root, names);
  if (parent === undefined) return 'its child workflow has not started';
  const run = homeOf(parent, id);
  const { scheduler } = run;
  const undo = /^(.*):(compensate|destroy)$/.exec(id);
  const { task, item } = readItemId(undo?.[1] ?? id);
  const index = scheduler.indexOf(task) ?? -1;
  if (undo) {
    const unit = scheduler.undoOf(index);
    return unit === undefined ? 'it was not undone' : { run, unit };
  }
  if (item === undefined) return { run, unit: scheduler.unit({ task: index }) };
  const map = scheduler.map(index);
  if (map === undefined) return 'its items are not known';
  // Of a shard that has not started, an item is what the shard is.
  const unit = map.parts[Math.floor((item - map.of.from) / (map.of.shardSize ?? 1))];
  return unit === undefined ? `it has ${map.of.count} items` : { run, unit };
}

function childOf<T extends RunTree<T>>(root: T, names: readonly string[]): T | undefined {
  return names.reduce<T | undefined>((run, name) => run && homeOf(run, name).children.get(name), root);
}

/** The run that an item is in: its map's, or where that is split, its shard's. */
function homeOf<T extends RunTree<T>>(run: T, id: string): T {
  const { task, item } = readItemId(id);
  const index = run.scheduler.indexOf(task);
  const of = index === undefined || item === undefined ? undefined : run.scheduler.map(index)?.of;
  if (index === undefined || item === undefined || of?.shardSize === undefined) return run;
  const part = Math.floor((item - of.from) / of.shardSize);
  return run.children.get(run.scheduler.idOf({ task: index, part })) ?? run;
}

/** What can't go on by itself, with the way to it: `trip/go-live`, `smoke[3]`. */
export function openUnits<T extends RunTree<T>>({ scheduler, children, path }: T): readonly OpenUnit[] {
  const units = scheduler.tasks.flatMap((task) => [task, ...scheduler.partsOf(task.index)]);
  return units.flatMap((unit) => {
    const id = scheduler.idOf(unit.ref);
    const child = children.get(id);
    if (child !== undefined && !unit.isSettled) return openUnits(child);
    return unit.isWaiting || unit.state === 'held' ? [{ id: path + id, unit }] : [];
  });
}

export interface OpenUnit {
  readonly id: string;
  readonly unit: TaskOrchestrator;
}
