import { ApplicationFailure } from '@temporalio/common';
import { expect, test } from 'vitest';
import { fitFailure } from '../../activities/fit-failure.js';
import { toTaskFailure } from '../../activities/task-failure.js';
import { largestLocalOutput } from '../../src/core/local-limits.js';
import { payloadSize } from '../../src/core/payload-size.js';

const LARGEST = largestLocalOutput();
const NOTE = { pawl: { attempts: 2 } };

test('a failure that fits stays as it is', () => {
  const failure = toTaskFailure(new Error('the disk is full', { cause: new Error('no space left') }), 2);
  expect(fitFailure(failure, LARGEST)).toBe(failure);
});

test.each([
  [
    'a long message and stack',
    Object.assign(new TypeError(`start ${'é'.repeat(20_000)} end`), { stack: 'at '.repeat(20_000) }),
  ],
  ['long causes', causes(10)],
  ['large details', ApplicationFailure.create({ message: 'full', type: 'DiskFull', details: ['x'.repeat(5_000_000)] })],
  [
    'a cause of Temporal with large details',
    new Error('outer', {
      cause: ApplicationFailure.create({ message: 'y'.repeat(50_000), details: ['x'.repeat(5_000_000)] }),
    }),
  ],
])('one with %s keeps its type, the ends of its message and the note of its attempts', (_, error) => {
  const failure = toTaskFailure(error, 2);
  const fitted = fitFailure(failure, LARGEST);
  expect(totalSize(fitted)).toBeLessThanOrEqual(LARGEST);
  expect(fitted).toMatchObject({ type: failure.type, nonRetryable: failure.nonRetryable, details: [NOTE] });
  expect(fitted.message.slice(0, 4)).toBe(failure.message.slice(0, 4));
  expect(fitted.message.slice(-3)).toBe(failure.message.slice(-3));
  expect(fitted.cause?.message.slice(0, 4)).toBe(failure.cause?.message.slice(0, 4));
});

function causes(left: number): Error {
  const message = `cause ${left} ${'x'.repeat(9_000)}`;
  return left === 0 ? new Error(message) : new Error(message, { cause: causes(left - 1) });
}

function totalSize(error: Error): number {
  const { message, stack, cause } = error;
  const details = error instanceof ApplicationFailure ? error.details : [];
  return payloadSize({ message, stack, details }) + (cause instanceof Error ? totalSize(cause) : 0);
}
