import { describe, expect, test } from 'vitest';
import { argumentsSize, explainSize, LARGEST_PAYLOAD, payloadSize } from '../../src/core/payload-size.js';

const MIB = 1024 * 1024;

describe('the size of a payload', () => {
  test('is that of its JSON, in bytes and not in characters', () => {
    expect([payloadSize('abc'), payloadSize('é'), payloadSize({ a: 1 })]).toEqual([5, 4, 7]);
  });

  test('is nothing where there is nothing', () => {
    expect(payloadSize(undefined)).toBe(0);
  });
});

describe('the size of the arguments of a workflow', () => {
  test('is what they take together: each may fit alone, and all together not', () => {
    const args = ['i'.repeat(0.7 * MIB), { plan: 'p'.repeat(0.7 * MIB) }, { state: 's'.repeat(0.7 * MIB) }];
    expect(Math.max(...args.map(payloadSize))).toBeLessThan(LARGEST_PAYLOAD);
    expect(argumentsSize(args)).toBeGreaterThan(2 * MIB);
  });

  test('counts what Temporal adds to each, be there a value or not', () => {
    expect(argumentsSize([undefined])).toBeGreaterThan(0);
    expect(argumentsSize(['a', 'b']) - 2 * argumentsSize([undefined])).toBe(payloadSize('a') + payloadSize('b'));
  });

  test('of none is nothing', () => {
    expect(argumentsSize([])).toBe(0);
  });
});

test('what is too large is said to be so with its three largest parts, the largest first', () => {
  const parts = [1, 3, 4, 2].map((size) => [`p${size}`, 'x'.repeat(size * MIB)] as const);
  expect(explainSize('the state', 10 * MIB, parts)).toBe(
    "the state is 10.00 MiB of JSON, and Temporal takes 2 MiB; the largest: 'p4' 4.00 MiB, 'p3' 3.00 MiB, 'p2' 2.00 MiB. " +
      'Store large values elsewhere and return where they are',
  );
});
