import { describe, expect, test } from 'vitest';
import { readSignature } from '../../src/core/read-signature.js';

describe('who gave an order', () => {
  test('is what its argument says', () => {
    expect(readSignature('u1', { actor: 'ann', reason: 'it is late', task: 'build' })).toEqual({
      id: 'u1',
      actor: 'ann',
      reason: 'it is late',
    });
  });

  test.for([undefined, null, 'ann', 7, [], {}])(
    'is unknown, and gave no reason, where it says nothing: %o',
    (argument) => {
      expect(readSignature('u1', argument)).toEqual({ id: 'u1', actor: 'unknown' });
    },
  );

  test('is text, whatever was written by hand', () => {
    expect(readSignature('u1', { actor: 7, reason: false })).toEqual({ id: 'u1', actor: '7', reason: 'false' });
  });

  test('is kept in few words: a thousand of them are carried with the run', () => {
    const { actor, reason = '' } = readSignature('u1', {
      actor: 'a'.repeat(100_000),
      reason: `first ${'.'.repeat(100_000)} last`,
    });
    expect(actor.length).toBeLessThan(600);
    expect(reason.length).toBeLessThan(600);
    expect(reason).toMatch(/^first \.+.*more characters.*\.+ last$/);
  });
});
