import ms from 'ms';
import { PLAN_LIMITS } from '../core/plan-limits.js';

/** A duration in milliseconds, or why it is none. */
export type ReadDuration = { readonly milliseconds: number } | { readonly problem: string; readonly hint?: string };

/** Reads milliseconds, or a string such as `'10m'`; from JavaScript anything may come. */
export function readDuration(value: unknown): ReadDuration {
  const milliseconds = typeof value === 'string' ? parse(value) : value;
  if (typeof milliseconds !== 'number' || !Number.isFinite(milliseconds) || milliseconds < 1) {
    const hint = "write milliseconds, or a string such as '10m'";
    return { problem: `${JSON.stringify(value)} is not a duration`, hint };
  }
  if (milliseconds > PLAN_LIMITS.duration) return { problem: `${JSON.stringify(value)} is longer than ten years` };
  return { milliseconds: Math.round(milliseconds) };
}

function parse(text: string): number | undefined {
  try {
    return ms(text as ms.StringValue); // the cast: any string may come from JavaScript; ms throws or gives NaN on others
  } catch {
    return undefined; // ms throws on an empty or very long string; the caller reports what is wrong with its place
  }
}
