import { ANY_ERROR } from './oracle/oracle-values.js';

/** Deep equality, for plain data; but of an `error` the oracle may know only a part, or nothing. */
export function matches(actual: unknown, expected: unknown): boolean {
  if (Object.is(actual, expected)) return true;
  if (typeof actual !== 'object' || typeof expected !== 'object' || actual === null || expected === null) return false;
  if (Array.isArray(actual) !== Array.isArray(expected)) return false;
  const [left, right] = [actual as Readonly<Record<string, unknown>>, expected as Readonly<Record<string, unknown>>];
  const keys = Object.keys(left).filter((key) => left[key] !== undefined);
  const expectedKeys = Object.keys(right).filter((key) => right[key] !== undefined);
  return (
    expectedKeys.every((key) =>
      key === 'error' ? matchesError(left[key], right[key]) : matches(left[key], right[key]),
    ) && keys.every((key) => key === 'error' || expectedKeys.includes(key))
  );
}

function matchesError(actual: unknown, expected: unknown): boolean {
  if (typeof actual !== 'object' || actual === null) return false;
  if (expected === ANY_ERROR) return true;
  const part = expected as Readonly<Record<string, unknown>>;
  return Object.keys(part).every((key) => (actual as Readonly<Record<string, unknown>>)[key] === part[key]);
}

export function differs(what: string, actual: unknown, expected: unknown): string {
  return `${what}: the scheduler says ${JSON.stringify(actual)}, the oracle ${JSON.stringify(expected)}`;
}
