import type { Priority, RetryPolicy } from '@temporalio/common';
import { isRecord, type Mutable } from '../core/json.js';
import type { PriorityPlan, RetryPlan, TaskOptionsPlan } from '../core/plan.js';
import { explainInvalidTaskQueue, isFairnessKey, isFairnessWeight, PLAN_LIMITS } from '../core/plan-limits.js';
import type { ActivitySettings, Placement } from './activity-settings.js';
import { DEFAULTS } from './defaults.js';
import type { DefinitionProblem } from './definition-error.js';
import { readDuration } from './duration.js';
import { ACTIVITY_OPTIONS } from './option-names.js';
import { planPlacement } from './placement-plan.js';
import { suggest } from './suggest.js';

const KNOWN_RETRY = [
  'maximumAttempts',
  'initialInterval',
  'backoffCoefficient',
  'maximumInterval',
  'nonRetryableErrorTypes',
];
const KNOWN_PRIORITY = ['priorityKey', 'fairnessKey', 'fairnessWeight'];

/**
 * Completes a node's activity options with the defaults and turns durations into milliseconds.
 *
 * @param others the names of its other options, for a hint at the one that was meant
 * @param usualPlacement of the workflow
 */
export function planOptions(
  settings: ActivitySettings,
  others: readonly string[],
  usualPlacement: Placement | undefined,
  place: string,
  report: (problem: DefinitionProblem) => void,
): TaskOptionsPlan {
  const wrong = (option: string, message: string, hint?: string) =>
    report({ code: 'INVALID_OPTION', place: `${place}.${option}`, message, ...(hint && { hint }) });
  const duration = (option: string, value: unknown): number | undefined => {
    if (value === undefined) return undefined;
    const read = readDuration(value);
    if ('milliseconds' in read) return read.milliseconds;
    wrong(option, read.problem, read.hint);
    return undefined;
  };
  const unknown = (keys: object, known: readonly string[], prefix = '') => {
    for (const key of Object.keys(keys)) {
      if (!known.includes(key)) wrong(`${prefix}${key}`, `there is no option '${key}'`, suggest(key, known));
    }
  };
  unknown(settings, [...ACTIVITY_OPTIONS, ...others]);

  const isLocal = planPlacement(settings, usualPlacement, wrong) === 'local';
  const longest = isLocal ? DEFAULTS.localStartToCloseTimeout : DEFAULTS.startToCloseTimeout;
  const options: Mutable<TaskOptionsPlan> = {
    startToCloseTimeout: duration('startToCloseTimeout', settings.startToCloseTimeout) ?? longest,
    heartbeatTimeout: duration('heartbeatTimeout', settings.heartbeatTimeout) ?? DEFAULTS.heartbeatTimeout,
    retry: planRetry(settings.retry, { duration, unknown, wrong }),
  };
  const scheduleToClose = duration('scheduleToCloseTimeout', settings.scheduleToCloseTimeout);
  if (scheduleToClose !== undefined) options.scheduleToCloseTimeout = scheduleToClose;
  if (settings.taskQueue !== undefined) {
    const problem = explainInvalidTaskQueue(settings.taskQueue);
    if (problem !== undefined) wrong('taskQueue', problem);
    options.taskQueue = settings.taskQueue;
  }
  if (settings.priority !== undefined) options.priority = planPriority(settings.priority, { duration, unknown, wrong });
  if (isLocal) options.placement = 'local';
  return options;
}

interface Check {
  readonly duration: (option: string, value: unknown) => number | undefined;
  readonly unknown: (keys: object, known: readonly string[], prefix?: string) => void;
  readonly wrong: (option: string, message: string, hint?: string) => void;
}

function planRetry(given: RetryPolicy | undefined, { duration, unknown, wrong }: Check): RetryPlan {
  const retry: Mutable<RetryPlan> = { maximumAttempts: DEFAULTS.maximumAttempts };
  if (given === undefined) return retry;
  if (!isObject(given)) {
    wrong('retry', `${JSON.stringify(given)} is not a retry policy`, 'write { maximumAttempts: 3 }');
    return retry;
  }
  const { maximumAttempts, initialInterval, backoffCoefficient, maximumInterval, nonRetryableErrorTypes } = given;
  unknown(given, KNOWN_RETRY, 'retry.');
  if (maximumAttempts === Number.POSITIVE_INFINITY) retry.maximumAttempts = 0;
  else if (isAttempts(maximumAttempts)) retry.maximumAttempts = maximumAttempts;
  else if (maximumAttempts !== undefined) {
    wrong('retry.maximumAttempts', `${maximumAttempts} is not a number of attempts`, 'write 1 or more, or Infinity');
  }
  const initial = duration('retry.initialInterval', initialInterval);
  if (initial !== undefined) retry.initialInterval = initial;
  const maximum = duration('retry.maximumInterval', maximumInterval);
  if (maximum !== undefined) retry.maximumInterval = maximum;
  if (maximum !== undefined && maximum < (initial ?? 1_000)) {
    wrong('retry.maximumInterval', `${maximum} ms is less than the initial interval, ${initial ?? 1_000} ms`);
  }
  if (backoffCoefficient !== undefined) {
    if (backoffCoefficient >= 1 && Number.isFinite(backoffCoefficient)) retry.backoffCoefficient = backoffCoefficient;
    else
      wrong(
        'retry.backoffCoefficient',
        `${backoffCoefficient} is ${backoffCoefficient < 1 ? 'less than 1' : 'not finite'}`,
      );
  }
  if (nonRetryableErrorTypes !== undefined) {
    if (isStrings(nonRetryableErrorTypes)) retry.nonRetryableErrorTypes = nonRetryableErrorTypes;
    else wrong('retry.nonRetryableErrorTypes', 'it must be an array of names', "write ['ErrorName']");
  }
  return retry;
}

function planPriority(given: Priority, { unknown, wrong }: Check): PriorityPlan {
  if (!isObject(given)) {
    wrong('priority', `${JSON.stringify(given)} is not a priority`, 'write { priorityKey: 1 }');
    return {};
  }
  unknown(given, KNOWN_PRIORITY, 'priority.');
  const { priorityKey, fairnessKey, fairnessWeight } = given;
  const isKey =
    Number.isInteger(priorityKey) && Number(priorityKey) >= 1 && Number(priorityKey) <= PLAN_LIMITS.priorityKey;
  if (priorityKey !== undefined && !isKey) {
    wrong('priority.priorityKey', `${priorityKey} is not a priority`, 'write an integer from 1, the most urgent');
  }
  if (fairnessKey !== undefined && !isFairnessKey(fairnessKey)) {
    wrong('priority.fairnessKey', `it must be a string of at most ${PLAN_LIMITS.fairnessKey} bytes`);
  }
  if (fairnessWeight !== undefined && !isFairnessWeight(fairnessWeight)) {
    const { least, most } = PLAN_LIMITS.fairnessWeight;
    wrong('priority.fairnessWeight', `${fairnessWeight} is not a weight`, `write a number from ${least} to ${most}`);
  }
  // In this order whatever the given one was: the plan's hash must not depend on it.
  return {
    ...(priorityKey !== undefined && { priorityKey }),
    ...(fairnessKey !== undefined && { fairnessKey }),
    ...(fairnessWeight !== undefined && { fairnessWeight }),
  };
}

/** What the types promise; JavaScript may pass anything. It does not narrow, which would lose those types. */
function isObject(value: unknown): boolean {
  return isRecord(value);
}

function isAttempts(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= PLAN_LIMITS.maximumAttempts;
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}
