import { integer, optional, record, wrong } from './expect-value.js';
import { PLAN_LIMITS } from './plan-limits.js';

/** Checks how many items of a map run at once, and how many may fail. */
export function readMap(value: unknown, place: string): void {
  const map = record(value, place);
  optional(
    map.concurrency,
    (given, at) => integer(given, 1, PLAN_LIMITS.maxConcurrentTasks, at),
    `${place}.concurrency`,
  );
  optional(map.tolerate, readTolerance, `${place}.tolerate`);
}

function readTolerance(value: unknown, place: string): void {
  const { count, percent } = record(value, place);
  if ((count === undefined) === (percent === undefined)) throw wrong('a count or a percent', value, place);
  if (count !== undefined) integer(count, 0, Number.MAX_SAFE_INTEGER, `${place}.count`);
  else if (typeof percent !== 'number' || !(percent >= 0 && percent <= 100)) {
    throw wrong('a number from 0 to 100', percent, `${place}.percent`);
  }
}
