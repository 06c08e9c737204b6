/** What Temporal takes; beyond these a run would be accepted and then could never go on. */
export const PLAN_LIMITS = {
  /** Milliseconds: ten years. */
  duration: 10 * 365 * 24 * 3_600_000,
  /**
   * Milliseconds that an attempt of a local task may take: less than the 8 seconds after which the SDK reports that a workflow task is not done, so that
   * hardly any does that for one task alone.
   */
  localStartToCloseTimeout: 5_000,
  /** A 32-bit integer in Temporal's API. */
  maximumAttempts: 2 ** 31 - 1,
  /** Temporal allows an execution so many pending activities. */
  maxConcurrentTasks: 2_000,
  priorityKey: 2 ** 31 - 1,
  /** Bytes. */
  fairnessKey: 64,
  fairnessWeight: { least: 0.001, most: 1_000 },
  /** Characters of a task queue's name. */
  taskQueue: 1_000,
  /** Milliseconds since the epoch: the last moment that a Date can have. */
  moment: 8_640_000_000_000_000,
} as const;

/** Why Temporal would not take the name of a task queue, or undefined if it does. */
export function explainInvalidTaskQueue(name: unknown): string | undefined {
  if (typeof name !== 'string' || name === '') return 'it must be the name of a task queue';
  if (name.length > PLAN_LIMITS.taskQueue)
    return `it has ${name.length} characters, ${PLAN_LIMITS.taskQueue} are allowed`;
  if (name.startsWith('/_sys/') || name.startsWith('__temporal_')) return `'${name}' is reserved by Temporal`;
  return undefined;
}

export function isFairnessKey(key: unknown): key is string {
  return typeof key === 'string' && new TextEncoder().encode(key).byteLength <= PLAN_LIMITS.fairnessKey;
}

export function isFairnessWeight(weight: unknown): weight is number {
  const { least, most } = PLAN_LIMITS.fairnessWeight;
  return typeof weight === 'number' && weight >= least && weight <= most;
}
