import { array, choices, duration, integer, name, oneOf, optional, record, string, wrong } from './expect-value.js';
import { MalformedPlanError } from './malformed-plan.js';
import type { Plan } from './plan.js';
import { PLAN_LIMITS } from './plan-limits.js';
import { readNode } from './read-node.js';
import { readOptions } from './read-task-options.js';

/**
 * Checks that a value from outside is a plan that the scheduler can run: every index in range, every need earlier than
 * the task, every id once, and each node with what its kind has. It does not compile anything; a plan is used as it is.
 *
 * @throws {@link MalformedPlanError} naming the first place that is wrong.
 */
export function readPlan(value: unknown, place = 'plan'): Plan {
  const plan = record(value, place);
  string(plan.workflow, `${place}.workflow`);
  string(plan.hash, `${place}.hash`);
  optional(plan.title, string, `${place}.title`);
  optional(plan.inputSchema, string, `${place}.inputSchema`);
  oneOf(plan.scheduling, ['frontier', 'waves'], `${place}.scheduling`);
  oneOf(plan.onFailure, ['continue', 'stop', 'cancel', 'hold'], `${place}.onFailure`);
  optional(plan.holdTimeout, duration, `${place}.holdTimeout`);
  optional(plan.compensateOn, (ends, at) => choices(ends, ['failed', 'cancelled'], at), `${place}.compensateOn`);
  integer(plan.maxConcurrentTasks, 1, PLAN_LIMITS.maxConcurrentTasks, `${place}.maxConcurrentTasks`);
  const options = array(plan.options, `${place}.options`);
  options.forEach((entry, i) => {
    readOptions(entry, `${place}.options[${i}]`);
  });
  const children = optional(plan.children, array, `${place}.children`) ?? [];
  children.forEach((child, i) => {
    readPlan(child, `${place}.children[${i}]`);
  });
  const tasks = array(plan.tasks, `${place}.tasks`);
  const ids = new Set<string>();
  tasks.forEach((entry, i) => {
    const at = `${place}.tasks[${i}]`;
    const id = readNode(entry, { index: i, options: options.length, children: children.length }, at);
    if (ids.has(id)) throw new MalformedPlanError(`the id '${id}' is there twice`, { place: `${at}.id` });
    ids.add(id);
  });
  const usable = readFinish(plan.finish, tasks, place);
  for (const [output, index] of Object.entries(record(plan.outputs, `${place}.outputs`))) {
    name(output, `${place}.outputs`);
    integer(index, 0, usable - 1, `${place}.outputs.${output}`);
  }
  return value as Plan; // every part that the scheduler reads was checked above
}

/** The node that ends the run is the last of the tasks, and the only one of its kind. Returns how many there are before it. */
function readFinish(finish: unknown, tasks: readonly unknown[], place: string): number {
  const last = tasks.length - 1;
  if (finish !== undefined && finish !== last) throw wrong(`${last}, the last task`, finish, `${place}.finish`);
  tasks.forEach((task, i) => {
    const { kind } = record(task, `${place}.tasks[${i}]`);
    if ((kind === 'finish') === (i === finish)) return;
    throw wrong(i === finish ? 'finish' : 'another kind, since it is not `finish`', kind, `${place}.tasks[${i}].kind`);
  });
  return finish === undefined ? tasks.length : last;
}
