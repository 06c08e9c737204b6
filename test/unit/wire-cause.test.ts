import { describe, expect, test } from 'vitest';
import type { Cause } from '../../src/core/cause.js';
import { causeShortener, readCause } from '../../src/core/wire-cause.js';

const CAUSES: readonly Cause[] = [
  { kind: 'error', error: { type: 'TypeError', message: 'no image', stack: 'TypeError: no image\n  at build' } },
  { kind: 'error', error: { type: 'TypeError', message: 'no image' } },
  { kind: 'unserved', reason: 'no handler' },
  { kind: 'upstream', root: 3, from: 4 },
  { kind: 'upstream', root: 0, from: 0 },
  { kind: 'condition' },
  { kind: 'upstreamSkipped', root: 3, from: 4 },
  { kind: 'trigger', rule: 'one_failed' },
  { kind: 'stopped', root: 0 },
  { kind: 'runCancelled' },
  { kind: 'mapSettled' },
  { kind: 'timeout' },
  { kind: 'operator', verb: 'skip', actor: 'anna' },
  { kind: 'operator', verb: 'cancel', actor: 'anna', reason: 'not needed' },
];

describe('a cause, read after its way through JSON', () => {
  test.for(CAUSES.map((cause) => [cause.kind, cause] as const))('is what it was: %s', ([, cause]) => {
    expect(readCause(JSON.parse(JSON.stringify(causeShortener()(cause))))).toEqual(cause);
  });

  test('stays undefined where there is none', () => {
    expect(readCause(undefined)).toBeUndefined();
  });
});

describe('the texts of many causes', () => {
  const error = (message: string): Cause => ({ kind: 'error', error: { type: 'Error', message, stack: 'at build' } });

  test('are cut to 4,000 characters, and say how many more there were', () => {
    expect(causeShortener()(error('x'.repeat(5_000)))).toMatchObject({
      error: { message: `${'x'.repeat(4_000)} … (1000 more characters)` },
    });
  });

  test('lose their stacks and all but their first lines once there are 200,000 bytes', () => {
    const shorten = causeShortener();
    for (let i = 0; i < 50; i++) shorten(error('x'.repeat(4_000)));
    expect(shorten(error('first line\nsecond line'))).toEqual({
      kind: 'error',
      error: { type: 'Error', message: 'first line' },
    });
  });

  test('are left out once there are 300,000 bytes, which a reader is told', () => {
    const shorten = causeShortener();
    for (let i = 0; i < 2_000; i++) shorten(error('x'.repeat(4_000)));
    const wire = shorten(error('no image'));
    expect(wire).toBe('error');
    expect(readCause(wire)).toMatchObject({ error: { message: expect.stringContaining('left out') } });
  });

  test('count their bytes, not their characters', () => {
    const shorten = causeShortener();
    for (let i = 0; i < 17; i++) shorten(error('失'.repeat(4_000)));
    expect(shorten(error('first line\nsecond line'))).toMatchObject({ error: { message: 'first line' } });
  });

  test('of operators are cut as well', () => {
    const cause: Cause = { kind: 'operator', verb: 'skip', actor: 'anna', reason: 'x'.repeat(5_000) };
    expect(JSON.stringify(causeShortener()(cause)).length).toBeLessThan(4_200);
  });
});
