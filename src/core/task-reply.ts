import { type CachedFrom, readCachedFrom } from './cached-column.js';
import type { UnitEvent } from './event.js';
import { isRecord, type Json } from './json.js';

type ReplyEvent =
  | {
      readonly kind: 'taskSucceeded';
      readonly output: Json | undefined;
      readonly attempts: number;
      readonly cached?: CachedFrom;
    }
  | { readonly kind: 'taskSkipped'; readonly attempts: number };

/** Reads the result of a task's activity, the bare output or Pawl's envelope around it, as the scheduler's event. */
export function readReply(result: unknown, attemptsUsed: number): ReplyEvent & Pick<UnitEvent, 'kind'> {
  if (isRecord(result) && isRecord(result.$pawl) && typeof result.$pawl.attempts === 'number') {
    const { attempts, skipped } = result.$pawl;
    if (skipped === true) return { kind: 'taskSkipped', attempts };
    const cached = readCachedFrom(result.$pawl.cached);
    const output = result.output as Json | undefined; // as it travelled
    return { kind: 'taskSucceeded', output, attempts, ...(cached !== undefined && { cached }) };
  }
  // An activity without a result arrives as null from some SDKs and undefined from others; Pawl's own sends undefined.
  return { kind: 'taskSucceeded', output: result as Json | undefined, attempts: attemptsUsed + 1 };
}
