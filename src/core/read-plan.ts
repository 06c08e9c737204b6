import { isRecord } from './json.js';
import { MalformedPlanError } from './malformed-plan.js';
import type { Plan } from './plan.js';

/**
 * Checks that a value from outside is a plan that the scheduler can run: every index in range, every need earlier than
 * the task, every id once. It does not compile anything; a plan is used as it is.
 *
 * @throws {@link MalformedPlanError} naming the first place that is wrong.
 */
export function readPlan(value: unknown): Plan {
  const plan = record(value, 'plan');
  string(plan.workflow, 'plan.workflow');
  string(plan.hash, 'plan.hash');
  oneOf(plan.scheduling, ['frontier', 'waves'], 'plan.scheduling');
  oneOf(plan.onFailure, ['continue', 'stop', 'cancel'], 'plan.onFailure');
  integer(plan.maxConcurrentTasks, 1, Number.MAX_SAFE_INTEGER, 'plan.maxConcurrentTasks');
  const options = array(plan.options, 'plan.options');
  options.forEach((entry, i) => {
    readOptions(entry, `plan.options[${i}]`);
  });
  const tasks = array(plan.tasks, 'plan.tasks');
  const ids = new Set<string>();
  tasks.forEach((entry, i) => {
    const place = `plan.tasks[${i}]`;
    const task = record(entry, place);
    const id = string(task.id, `${place}.id`);
    if (ids.has(id)) throw new MalformedPlanError(`the id '${id}' is there twice`, { place: `${place}.id` });
    ids.add(id);
    oneOf(task.kind, ['task'], `${place}.kind`);
    integer(task.options, 0, options.length - 1, `${place}.options`);
    const needs = array(task.needs, `${place}.needs`);
    needs.forEach((need, n) => {
      integer(need, 0, i - 1, `${place}.needs[${n}]`);
    });
    if (task.as !== undefined && array(task.as, `${place}.as`).length !== needs.length) {
      throw new MalformedPlanError('it must name each need', { place: `${place}.as` });
    }
  });
  for (const [name, index] of Object.entries(record(plan.outputs, 'plan.outputs'))) {
    integer(index, 0, tasks.length - 1, `plan.outputs.${name}`);
  }
  return value as Plan; // every part that the scheduler reads was checked above
}

function readOptions(value: unknown, place: string): void {
  const options = record(value, place);
  integer(options.startToCloseTimeout, 1, Number.MAX_SAFE_INTEGER, `${place}.startToCloseTimeout`);
  integer(options.heartbeatTimeout, 1, Number.MAX_SAFE_INTEGER, `${place}.heartbeatTimeout`);
  const retry = record(options.retry, `${place}.retry`);
  integer(retry.maximumAttempts, 0, Number.MAX_SAFE_INTEGER, `${place}.retry.maximumAttempts`);
}

function record(value: unknown, place: string): Record<string, unknown> {
  if (!isRecord(value)) throw wrong('an object', value, place);
  return value;
}

function array(value: unknown, place: string): readonly unknown[] {
  if (!Array.isArray(value)) throw wrong('an array', value, place);
  return value;
}

function string(value: unknown, place: string): string {
  if (typeof value !== 'string') throw wrong('a string', value, place);
  return value;
}

function integer(value: unknown, least: number, most: number, place: string): void {
  if (!Number.isInteger(value) || Number(value) < least || Number(value) > most) {
    throw wrong(
      most < least ? 'nothing (there is nothing to refer to)' : `an integer from ${least} to ${most}`,
      value,
      place,
    );
  }
}

function oneOf(value: unknown, allowed: readonly string[], place: string): void {
  if (!allowed.includes(String(value))) throw wrong(`one of ${allowed.join(', ')}`, value, place);
}

function wrong(expected: string, value: unknown, place: string): MalformedPlanError {
  const shown = JSON.stringify(value)?.slice(0, 80) ?? String(value);
  return new MalformedPlanError(`expected ${expected}, got ${shown}`, {
    place,
    hint: 'start the run with a plan that `engine.plan` or `compile` made, or without one',
  });
}
