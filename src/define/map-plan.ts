import type { MapPlan } from '../core/plan.js';
import { PLAN_LIMITS } from '../core/plan-limits.js';
import type { TaskDefinition } from './workflow-definition.js';

/** The part of a map that the scheduler decides by; its functions are a worker's business. */
export function planMap(
  { concurrency, tolerate, child, outputSchema, with: childInput }: TaskDefinition,
  wrong: (option: string, message: string, hint?: string) => void,
): MapPlan {
  const most = PLAN_LIMITS.maxConcurrentTasks;
  if (concurrency !== undefined && !isInteger(concurrency, 1, most)) {
    wrong('concurrency', `${JSON.stringify(concurrency)} is not a number of items`, 'write 1 to 2,000');
  }
  if (child === undefined && childInput !== undefined) {
    wrong('with', 'there is no workflow whose input it could make', 'use it beside `workflow`');
  }
  if (child !== undefined && outputSchema !== undefined) {
    wrong('output', 'the output of an item is that of the workflow, which has its own schemas', 'leave it out');
  }
  const tolerated = tolerate === undefined ? undefined : readTolerance(tolerate);
  if (tolerate !== undefined && tolerated === undefined) {
    const hint = "write a number of items, or a share of them such as '10%'";
    wrong('tolerate', `${JSON.stringify(tolerate)} is not a number of failures`, hint);
  }
  return {
    ...(concurrency !== undefined && { concurrency }),
    ...(tolerated !== undefined && { tolerate: tolerated }),
  };
}

function readTolerance(tolerate: unknown): MapPlan['tolerate'] {
  if (isInteger(tolerate, 0, Number.MAX_SAFE_INTEGER)) return { count: tolerate };
  if (typeof tolerate !== 'string' || !/^\d{1,3}(\.\d+)?%$/.test(tolerate)) return undefined;
  const percent = Number(tolerate.slice(0, -1));
  return percent <= 100 ? { percent } : undefined;
}

function isInteger(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
}
