import { isRecord } from './json.js';
import { MalformedPlanError } from './malformed-plan.js';
import { explainInvalidName } from './names.js';
import type { Plan } from './plan.js';
import { explainInvalidTaskQueue, isFairnessKey, isFairnessWeight, PLAN_LIMITS } from './plan-limits.js';
import { TRIGGER_RULES } from './trigger-rule.js';

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
  optional(plan.title, string, 'plan.title');
  optional(plan.inputSchema, string, 'plan.inputSchema');
  oneOf(plan.scheduling, ['frontier', 'waves'], 'plan.scheduling');
  oneOf(plan.onFailure, ['continue', 'stop', 'cancel'], 'plan.onFailure');
  integer(plan.maxConcurrentTasks, 1, PLAN_LIMITS.maxConcurrentTasks, 'plan.maxConcurrentTasks');
  const options = array(plan.options, 'plan.options');
  options.forEach((entry, i) => {
    readOptions(entry, `plan.options[${i}]`);
  });
  const tasks = array(plan.tasks, 'plan.tasks');
  const ids = new Set<string>();
  tasks.forEach((entry, i) => {
    const place = `plan.tasks[${i}]`;
    const task = record(entry, place);
    const id = name(task.id, `${place}.id`);
    if (ids.has(id)) throw new MalformedPlanError(`the id '${id}' is there twice`, { place: `${place}.id` });
    ids.add(id);
    oneOf(task.kind, ['task'], `${place}.kind`);
    integer(task.options, 0, options.length - 1, `${place}.options`);
    const needs = array(task.needs, `${place}.needs`);
    needs.forEach((need, n) => {
      integer(need, 0, i - 1, `${place}.needs[${n}]`);
    });
    optional(task.title, string, `${place}.title`);
    optional(task.outputSchema, string, `${place}.outputSchema`);
    optional(task.trigger, (value, at) => oneOf(value, TRIGGER_RULES, at), `${place}.trigger`);
    if (task.allowFailure !== undefined && task.allowFailure !== true) {
      throw wrong('true, or nothing', task.allowFailure, `${place}.allowFailure`);
    }
    const modes = optional(task.modes, string, `${place}.modes`);
    if (modes !== undefined && (modes.length !== needs.length || !/^[pos]*$/.test(modes))) {
      throw wrong('one letter of p, o, s for each need', modes, `${place}.modes`);
    }
    if (modes !== undefined && task.trigger !== undefined) {
      throw new MalformedPlanError('a task has a trigger rule or modes, not both', { place: `${place}.modes` });
    }
    const names = optional(task.as, namesOf, `${place}.as`);
    if (names !== undefined && names.length !== needs.length) {
      throw new MalformedPlanError('it must name each need', { place: `${place}.as` });
    }
  });
  for (const [output, index] of Object.entries(record(plan.outputs, 'plan.outputs'))) {
    name(output, 'plan.outputs');
    integer(index, 0, tasks.length - 1, `plan.outputs.${output}`);
  }
  return value as Plan; // every part that the scheduler reads was checked above
}

function readOptions(value: unknown, place: string): void {
  const options = record(value, place);
  duration(options.startToCloseTimeout, `${place}.startToCloseTimeout`);
  duration(options.heartbeatTimeout, `${place}.heartbeatTimeout`);
  optional(options.scheduleToCloseTimeout, duration, `${place}.scheduleToCloseTimeout`);
  if (options.taskQueue !== undefined && explainInvalidTaskQueue(options.taskQueue) !== undefined) {
    throw wrong('the name of a task queue', options.taskQueue, `${place}.taskQueue`);
  }
  optional(options.priority, readPriority, `${place}.priority`);
  const retry = record(options.retry, `${place}.retry`);
  integer(retry.maximumAttempts, 0, PLAN_LIMITS.maximumAttempts, `${place}.retry.maximumAttempts`);
  optional(retry.initialInterval, duration, `${place}.retry.initialInterval`);
  optional(retry.maximumInterval, duration, `${place}.retry.maximumInterval`);
  optional(retry.backoffCoefficient, coefficient, `${place}.retry.backoffCoefficient`);
  if (Number(retry.maximumInterval ?? Number.POSITIVE_INFINITY) < Number(retry.initialInterval ?? 1_000)) {
    throw wrong('at least the initial interval', retry.maximumInterval, `${place}.retry.maximumInterval`);
  }
  optional(retry.nonRetryableErrorTypes, strings, `${place}.retry.nonRetryableErrorTypes`);
}

function readPriority(value: unknown, place: string): void {
  const priority = record(value, place);
  if (priority.priorityKey !== undefined)
    integer(priority.priorityKey, 1, PLAN_LIMITS.priorityKey, `${place}.priorityKey`);
  if (priority.fairnessKey !== undefined && !isFairnessKey(priority.fairnessKey)) {
    throw wrong(`a string of at most ${PLAN_LIMITS.fairnessKey} bytes`, priority.fairnessKey, `${place}.fairnessKey`);
  }
  if (priority.fairnessWeight !== undefined && !isFairnessWeight(priority.fairnessWeight)) {
    throw wrong('a weight', priority.fairnessWeight, `${place}.fairnessWeight`);
  }
}

function optional<T>(value: unknown, read: (value: unknown, place: string) => T, place: string): T | undefined {
  return value === undefined ? undefined : read(value, place);
}

function duration(value: unknown, place: string): void {
  integer(value, 1, PLAN_LIMITS.duration, place);
}

function coefficient(value: unknown, place: string): void {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 1) throw wrong('a number from 1', value, place);
}

function name(value: unknown, place: string): string {
  const problem = explainInvalidName(value);
  if (problem !== undefined) throw new MalformedPlanError(problem, { place });
  return value as string; // a name is a string
}

function namesOf(value: unknown, place: string): readonly string[] {
  return array(value, place).map((entry, i) => name(entry, `${place}[${i}]`));
}

function strings(value: unknown, place: string): readonly unknown[] {
  return array(value, place).map((entry, i) => string(entry, `${place}[${i}]`));
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
  if (typeof value !== 'string' || !allowed.includes(value)) throw wrong(`one of ${allowed.join(', ')}`, value, place);
}

function wrong(expected: string, value: unknown, place: string): MalformedPlanError {
  const shown = JSON.stringify(value)?.slice(0, 80) ?? String(value);
  return new MalformedPlanError(`expected ${expected}, got ${shown}`, {
    place,
    hint: 'start the run with a plan that `engine.plan` or `compile` made, or without one',
  });
}
