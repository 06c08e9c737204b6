import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  InvalidChildInputError,
  InvalidNeedsError,
  InvalidOutputError,
  UnservedTaskError,
} from '../../activities/task-error.js';
import { toTaskFailure } from '../../activities/task-failure.js';
import { NonRetryableError } from '../../src/index.js';

class ImageError extends Error {}
class NoSuchImageError extends NonRetryableError {}

describe('an error that a handler throws', () => {
  test('keeps its type, message, stack and cause', () => {
    const cause = new RangeError('too large');
    const error = new ImageError('no image', { cause });
    expect(toTaskFailure(error, 1)).toMatchObject({
      type: 'ImageError',
      message: 'no image',
      stack: error.stack,
      cause: { type: 'RangeError', message: 'too large', stack: cause.stack },
    });
  });

  test('keeps the types of a long chain of causes, and cuts one that never ends', () => {
    const endless = new ImageError('no image');
    endless.cause = endless;
    let depth = 0;
    for (let cause = toTaskFailure(endless, 1).cause; cause !== undefined; cause = cause.cause as Error | undefined) {
      expect(cause).toMatchObject({ type: 'ImageError', message: 'no image' });
      depth++;
    }
    expect(depth).toBe(20);
  });

  test('is retried', () => {
    expect(toTaskFailure(new ImageError('no image'), 1).nonRetryable).toBe(false);
  });

  test.each([
    ['no image', 'no image'],
    [undefined, 'the handler threw undefined, which is not an Error'],
    [{ code: 1 }, 'the handler threw { code: 1 }, which is not an Error'],
    [new AggregateError([new Error('no disk'), 'no net'], 'two'), 'two; no disk; no net'],
    [{ message: 'no image' }, 'no image'],
    [42, '42'],
  ])('may be no error at all, but %o', (thrown, message) => {
    expect(toTaskFailure(thrown, 1)).toMatchObject({ message, nonRetryable: false });
  });
});

test('the attempts are noted at the end of the details', () => {
  expect(toTaskFailure(new Error('no image'), 3).details).toEqual([{ pawl: { attempts: 3 } }]);
  expect(toTaskFailure(ApplicationFailure.retryable('no image', 'ImageError', 'x', 1), 3).details).toEqual([
    'x',
    1,
    { pawl: { attempts: 3 } },
  ]);
});

test('an ApplicationFailure of Temporal keeps all that it says', () => {
  const cause = new Error('too large');
  const failure = ApplicationFailure.create({
    type: 'ImageError',
    message: 'no image',
    nonRetryable: true,
    nextRetryDelay: '5s',
    category: ApplicationFailureCategory.BENIGN,
    cause,
  });
  expect(toTaskFailure(failure, 1)).toMatchObject({
    type: 'ImageError',
    message: 'no image',
    nonRetryable: true,
    nextRetryDelay: '5s',
    category: ApplicationFailureCategory.BENIGN,
    cause: { message: 'too large' },
    stack: failure.stack,
  });
});

describe('what would fail again in the same way is not retried:', () => {
  test('a NonRetryableError, and what extends it', () => {
    const error = new NoSuchImageError('no image');
    expect(error.name).toBe('NoSuchImageError');
    expect(toTaskFailure(error, 1)).toMatchObject({ type: 'NoSuchImageError', nonRetryable: true });
    expect(toTaskFailure(new NonRetryableError('no'), 1)).toMatchObject({ nonRetryable: true });
  });

  test('an error of zod, of whichever copy', () => {
    const { error } = z.string().safeParse(3);
    expect(toTaskFailure(error, 1).nonRetryable).toBe(true);
    const ofAnotherCopy = Object.assign(new Error('[]'), { name: 'ZodError' });
    expect(toTaskFailure(ofAnotherCopy, 1).nonRetryable).toBe(true);
  });

  test.each([
    ['TaskUnserved', new UnservedTaskError('no handler')],
    ['InvalidOutput', new InvalidOutputError('a Date is not JSON')],
    ['InvalidNeeds', new InvalidNeedsError('not a number')],
    ['InvalidChildInput', new InvalidChildInputError('not a number')],
  ])('what the wrapper itself reports as %s', (type, error) => {
    expect(toTaskFailure(error, 1)).toMatchObject({ type, nonRetryable: true, message: error.message });
  });
});
