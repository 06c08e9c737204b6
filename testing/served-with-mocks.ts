import { type ServedTask, serveTasks } from '../activities/served-task.js';
import type { TaskContext } from '../src/define/task-context.js';
import type { ErasedHandler, TaskDefinition, WorkflowDefinition } from '../src/define/workflow-definition.js';
import { withoutItems } from './planned-node.js';

/**
 * Stands in for a function of a node, and gets what that gets: needs, or an item of a map (then write `item: unknown`). What it returns is checked by
 * the node's schema like the real one's.
 */
export type Mock = (needs: Readonly<Record<string, unknown>>, context: TaskContext) => unknown;

/** Mocks of several functions of one node; `run` is also a resource's `create`. */
export type MockedFunctions = Readonly<
  Partial<Record<'run' | 'when' | 'over' | 'with' | 'compensate' | 'destroy', Mock>>
>;

/** By the node's id, in a child workflow `trip/book`; a function alone is `run`. */
export type Mocks = Readonly<Record<string, Mock | MockedFunctions>>;

/** @param path of the ids of its nodes: '' or `trips[3]/` */
export function serveWithMocks(
  workflow: WorkflowDefinition,
  path: string,
  mocks: Mocks,
): ReadonlyMap<string, ServedTask> {
  const served = new Map(serveTasks(workflow));
  for (const [id, task] of served) {
    const mock = mocks[withoutItems(path) + id];
    if (mock !== undefined) served.set(id, { ...task, definition: mocked(task.definition, mock) });
  }
  return served;
}

function mocked(definition: TaskDefinition, mock: Mock | MockedFunctions): TaskDefinition {
  const functions: MockedFunctions = typeof mock === 'function' ? { run: mock } : mock;
  // The cast: a mock takes what it is given untyped. With a mock of `run` nothing is loaded.
  const erased = functions as Readonly<Record<string, ErasedHandler>>;
  return { ...definition, ...erased, ...(functions.run !== undefined && { load: undefined }) };
}
