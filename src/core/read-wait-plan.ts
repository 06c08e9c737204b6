import { duration, integer, optional, record, wrong } from './expect-value.js';
import { isRecord } from './json.js';
import { PLAN_LIMITS } from './plan-limits.js';

/** Checks how long a node waits: a sleep for a duration or until a moment, the others with or without a timeout. */
export function readWait(value: unknown, kind: 'approval' | 'event' | 'sleep', place: string): void {
  const wait = record(value, place);
  for (const field of kind === 'sleep' ? ['timeout', 'onTimeout'] : ['duration', 'until']) {
    if (wait[field] !== undefined) throw wrong(`nothing of a ${kind}`, wait[field], `${place}.${field}`);
  }
  if (kind === 'sleep') {
    if (wait.until === undefined) duration(wait.duration, `${place}.duration`);
    else if (wait.duration !== undefined) throw wrong('nothing beside until', wait.duration, `${place}.duration`);
    else integer(wait.until, 0, PLAN_LIMITS.moment, `${place}.until`);
    return;
  }
  optional(wait.timeout, duration, `${place}.timeout`);
  const { onTimeout } = wait;
  if (onTimeout === undefined || onTimeout === 'skip') return;
  if (!isRecord(onTimeout) || onTimeout.value === undefined) {
    throw wrong("'skip', a { value }, or nothing", onTimeout, `${place}.onTimeout`);
  }
}
