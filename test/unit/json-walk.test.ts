import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findJsonProblem } from '../../src/core/json-walk.js';

class Image {
  readonly name = 'x';
}

test.each<[string, unknown]>([
  ['null', null],
  ['nothing', undefined],
  ['a property that is undefined', { a: undefined, b: { c: undefined } }],
  ['an object without a prototype', Object.assign(Object.create(null), { a: 1 })],
  ['an object of another realm', runInNewContext('({ a: [{ b: 1 }] })')],
  ['the same object twice, which is no cycle', [['shared'], ['shared']].fill(['one'])],
  ['properties named like those of objects', { constructor: 1, toString: 2, hasOwnProperty: 3 }],
])('%s is JSON', (_, value) => {
  expect(findJsonProblem(value, 'output')).toBeUndefined();
});

test.each<[string, unknown, string, string]>([
  ['a Date', { report: [{}, {}, { at: new Date(0) }] }, 'output.report[2].at', 'a Date'],
  ['a Map', new Map(), 'output', 'a Map'],
  ['a Set', { seen: new Set() }, 'output.seen', 'a Set'],
  ['bytes', { bytes: new Uint8Array(2) }, 'output.bytes', 'a Uint8Array'],
  ['a regular expression', [/x/], 'output[0]', 'a RegExp'],
  ['an error', { error: new TypeError('x') }, 'output.error', 'a TypeError'],
  ['an instance of a class', { image: new Image() }, 'output.image', 'a Image'],
  ['a boxed string', Object('x'), 'output', 'a String'],
  ['a bigint', { size: 1n }, 'output.size', 'a bigint'],
  ['a function', { undo: () => {} }, 'output.undo', 'a function'],
  ['a symbol', [Symbol('x')], 'output[0]', 'a symbol'],
  ['NaN', { n: Number.NaN }, 'output.n', 'NaN'],
  ['infinity', { n: Number.NEGATIVE_INFINITY }, 'output.n', '-Infinity'],
  ['undefined in an array', { list: [1, undefined] }, 'output.list[1]', 'undefined'],
  ['a hole in an array', Object.assign([1], { 2: 3 }), 'output[1]', 'undefined'],
])('finds %s', (_, value, path, found) => {
  expect(findJsonProblem(value, 'output')).toEqual({ path, found });
});

test('finds a cycle', () => {
  const parent: Record<string, unknown> = { name: 'x' };
  parent.children = [{ parent }];
  expect(findJsonProblem(parent, 'output')).toEqual({ path: 'output.children[0].parent', found: 'a cycle' });
});

describe('for any value', () => {
  test('finds a problem exactly when JSON would not give it back as it was', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(findJsonProblem(value, 'output') === undefined).toBe(survivesJson(value));
      }),
      { numRuns: 5_000 },
    );
  });
});

/** Values of all kinds that a handler could return, most of which are JSON, nested. */
const anyValue = fc.anything({
  key: fc.oneof(fc.string(), fc.constantFrom('constructor', 'toJSON', 'length')),
  values: [
    fc.jsonValue(),
    fc.double(),
    fc.constantFrom<unknown>(undefined, Number.NaN, 1n, Symbol('x'), new Image(), new Date(Number.NaN), Object('x')),
    fc.func(fc.nat()),
  ],
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  withSparseArray: true,
  withNullPrototype: true,
});

function survivesJson(value: unknown): boolean {
  if (value === undefined) return true;
  try {
    return isSame(value, JSON.parse(JSON.stringify(value)));
  } catch {
    return false;
  }
}

/** Written anew for the test: equal parts of equal kinds, where a property that is undefined counts as absent. */
function isSame(before: unknown, after: unknown): boolean {
  if (typeof before !== 'object' || before === null) return Object.is(before, after) || (before === 0 && after === 0);
  if (typeof after !== 'object' || after === null) return false;
  if (Array.isArray(before)) {
    const list: readonly unknown[] = before;
    return Array.isArray(after) && list.length === after.length && [...list].every((part, i) => isSame(part, after[i]));
  }
  const kind = Object.prototype.toString.call(before);
  if (kind !== '[object Object]' || before instanceof Image || Array.isArray(after)) return false;
  const present = Object.entries(before).filter(([, part]) => part !== undefined);
  return (
    present.length === Object.keys(after).length &&
    present.every(([key, part]) => Object.hasOwn(after, key) && isSame(part, (after as Record<string, unknown>)[key]))
  );
}
