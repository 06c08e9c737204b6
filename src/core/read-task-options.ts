import { coefficient, duration, integer, oneOf, optional, record, strings, wrong } from './expect-value.js';
import { explainInvalidTaskQueue, isFairnessKey, isFairnessWeight, PLAN_LIMITS } from './plan-limits.js';

/** Checks one entry of a plan's activity options. */
export function readOptions(value: unknown, place: string): void {
  const options = record(value, place);
  duration(options.startToCloseTimeout, `${place}.startToCloseTimeout`);
  duration(options.heartbeatTimeout, `${place}.heartbeatTimeout`);
  optional(options.scheduleToCloseTimeout, duration, `${place}.scheduleToCloseTimeout`);
  if (options.taskQueue !== undefined && explainInvalidTaskQueue(options.taskQueue) !== undefined) {
    throw wrong('the name of a task queue', options.taskQueue, `${place}.taskQueue`);
  }
  optional(options.priority, readPriority, `${place}.priority`);
  readPlacement(options, place);
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

function readPlacement(options: Readonly<Record<string, unknown>>, place: string): void {
  if (options.placement === undefined) return;
  oneOf(options.placement, ['local'], `${place}.placement`);
  for (const option of ['taskQueue', 'priority']) {
    if (options[option] !== undefined) throw wrong('nothing of a local task', options[option], `${place}.${option}`);
  }
  if (Number(options.startToCloseTimeout) > PLAN_LIMITS.localStartToCloseTimeout) {
    const most = `at most ${PLAN_LIMITS.localStartToCloseTimeout} of a local task`;
    throw wrong(most, options.startToCloseTimeout, `${place}.startToCloseTimeout`);
  }
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
