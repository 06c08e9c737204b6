import { describe, expect, test } from 'vitest';
import { VERBS } from '../../src/core/order.js';
import { readOrder } from '../../src/core/read-order.js';

describe('an order that was written by hand', () => {
  test.for(['pause', 'resume'] as const)('%s needs nothing', (verb) => {
    expect(readOrder(verb, undefined)).toEqual({ verb });
  });

  test.for(VERBS.filter((verb) => verb !== 'pause' && verb !== 'resume'))('%s needs a task', (verb) => {
    for (const argument of [undefined, null, 'build', {}, { task: 3 }]) {
      expect(() => readOrder(verb, argument)).toThrow(`${verb} needs { "task": … }`);
    }
  });

  test.for(['approve', 'reject', 'retry', 'skip', 'cancel'] as const)('%s takes the task alone', (verb) => {
    expect(readOrder(verb, { task: 'build', value: 1, message: 'no', extra: true })).toEqual({ verb, task: 'build' });
  });

  test('send without a value sends null, which the schema may take or not', () => {
    expect(readOrder('send', { task: 'window' })).toEqual({ verb: 'send', task: 'window', value: null });
  });

  test('carries no more than Temporal has room for', () => {
    const order = () => readOrder('send', { task: 'window', value: 'x'.repeat(200_000) });
    expect(order).toThrow('what send carries is 196 KiB of JSON, and 128 KiB are allowed');
  });

  test.for(VERBS)('%s carries no more than that in its reason, or its actor', (verb) => {
    for (const name of ['reason', 'actor']) {
      expect(() => readOrder(verb, { task: 'build', [name]: 'x'.repeat(131_072) })).toThrow(
        `what ${verb} carries is 129 KiB of JSON, and 128 KiB are allowed`,
      );
    }
  });

  test.for([null, 0, '', false, { a: 1 }])('send takes any JSON: %o', (value) => {
    expect(readOrder('send', { task: 'window', value })).toEqual({ verb: 'send', task: 'window', value });
  });

  test('complete can go without an output', () => {
    expect(readOrder('complete', { task: 'build' })).toEqual({ verb: 'complete', task: 'build' });
  });

  test('complete takes an output', () => {
    expect(readOrder('complete', { task: 'build', output: null })).toEqual({
      verb: 'complete',
      task: 'build',
      output: null,
    });
  });

  test('fail takes a message', () => {
    expect(readOrder('fail', { task: 'build', message: 'no' })).toEqual({ verb: 'fail', task: 'build', message: 'no' });
  });

  test('fail without a message says who did it', () => {
    expect(readOrder('fail', { task: 'build', message: 7 })).toMatchObject({ message: 'an operator let it fail' });
  });
});
