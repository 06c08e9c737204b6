import { checkActivity } from '../activities/check-activity.js';
import { EventLoopWatch } from '../activities/event-loop-watch.js';
import { planActivity } from '../activities/plan-activity.js';
import { serveTasks } from '../activities/served-task.js';
import { storeActivity } from '../activities/store-activity.js';
import { type TaskSurroundings, taskActivity } from '../activities/task-activity.js';
import { type AnyActivity, unservedActivity } from '../activities/unserved-activity.js';
import { CHECK_ACTIVITY, PLAN_ACTIVITY, STORE_ACTIVITY } from '../src/core/protocol.js';
import { compile } from '../src/define/compile.js';
import type { WorkflowDefinition } from '../src/define/workflow-definition.js';
import { WorkerConfigurationError } from './worker-error.js';

/**
 * The workflows of a worker by name, each compiled, with the workflows that their nodes run as children.
 *
 * @throws {@link DefinitionError} if a definition can't be compiled, {@link WorkerConfigurationError} if two have the same name
 */
export function registerWorkflows(workflows: readonly WorkflowDefinition[]): ReadonlyMap<string, WorkflowDefinition> {
  const registry = new Map<string, WorkflowDefinition>();
  for (const workflow of workflows) register(workflow, 'workflows', registry);
  return registry;
}

/** A definition may come again: given by itself and as a child, or as the child of several. */
function register(workflow: WorkflowDefinition, place: string, registry: Map<string, WorkflowDefinition>): void {
  const known = registry.get(workflow.name);
  if (known === workflow) return;
  if (known !== undefined) {
    throw new WorkerConfigurationError(`there are two workflows '${workflow.name}'`, {
      place,
      hint: 'a workflow is found by its name, so give one of them another',
    });
  }
  compile(workflow);
  registry.set(workflow.name, workflow);
  for (const { id, child } of workflow.tasks) {
    if (child !== undefined) register(child, `${workflow.name}.tasks.${id}`, registry);
  }
}

/**
 * The activities that serve these workflows, joined with a user's own.
 *
 * @throws {@link WorkerConfigurationError} if an activity of the user has the type of a task
 */
export function activitiesFor(
  registry: ReadonlyMap<string, WorkflowDefinition>,
  own: Readonly<Record<string, unknown>>,
  means: Omit<TaskSurroundings, 'eventLoop'>,
): Record<string, unknown> {
  const surroundings: TaskSurroundings = { eventLoop: new EventLoopWatch(), ...means };
  const activities = new Map<string, AnyActivity>([
    [PLAN_ACTIVITY, planActivity(registry) as AnyActivity],
    [CHECK_ACTIVITY, checkActivity(registry) as AnyActivity],
    [STORE_ACTIVITY, storeActivity(means.outputs) as AnyActivity],
    ['default', unservedActivity([...registry.keys()], own.default as AnyActivity | undefined)],
  ]);
  for (const workflow of registry.values()) {
    for (const [id, task] of serveTasks(workflow)) {
      activities.set(`${workflow.name}.${id}`, taskActivity(task, surroundings) as AnyActivity);
    }
  }
  for (const type of Object.keys(own)) {
    if (type === 'default' || !activities.has(type)) continue;
    throw new WorkerConfigurationError(`the activity type '${type}' is taken by a task of Pawl`, {
      place: 'activities',
      hint: 'rename your activity',
    });
  }
  return { ...own, ...Object.fromEntries(activities) };
}
