import type { Json } from './json.js';

/** A value that JSON would corrupt: where it is, and what it is. */
export interface JsonProblem {
  /** Such as `output.report[2].at`. */
  readonly path: string;
  readonly found: string;
}

/**
 * Finds the first part of a value that would not come back from JSON as it was. Types catch most of these; values that were typed
 * `any` or by hand, NaN and cycles reach this. `undefined` is fine as the whole value and as a property, where JSON leaves it out.
 */
export function findJsonProblem(value: unknown, path: string): JsonProblem | undefined {
  return value === undefined ? undefined : walk(value, path, new Set());
}

/** After {@link findJsonProblem} found nothing. */
export function asJson(value: unknown): Json | undefined {
  return value as Json | undefined; // the walk has looked at every part
}

function walk(value: unknown, path: string, ancestors: Set<object>): JsonProblem | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined;
    case 'number':
      return Number.isFinite(value) ? undefined : { path, found: String(value) };
    case 'undefined':
      return { path, found: 'undefined' };
    case 'bigint':
    case 'symbol':
    case 'function':
      return { path, found: `a ${typeof value}` };
    case 'object':
      return value === null ? undefined : walkObject(value, path, ancestors);
  }
}

function walkObject(value: object, path: string, ancestors: Set<object>): JsonProblem | undefined {
  if (ancestors.has(value)) return { path, found: 'a cycle' };
  const isPlain = Array.isArray(value) || Object.getPrototypeOf(value) === null || isPlainPrototype(value);
  if (!isPlain) return { path, found: `a ${value.constructor?.name ?? 'class instance'}` };
  ancestors.add(value);
  for (const [key, part] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
    if (part === undefined && typeof key === 'string') continue;
    const problem = walk(part, typeof key === 'number' ? `${path}[${key}]` : `${path}.${key}`, ancestors);
    if (problem !== undefined) return problem;
  }
  ancestors.delete(value);
  return undefined;
}

/** Plain objects of another realm (a vm context, a test runner's sandbox) have a prototype of their own. */
function isPlainPrototype(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'isPrototypeOf');
}
