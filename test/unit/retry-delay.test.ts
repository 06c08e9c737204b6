import { expect, test } from 'vitest';
import { retryDelay } from '../../src/core/retry-delay.js';

const failure = { name: 'ApplicationFailure', message: 'broke', type: 'Error' };
const timeout = { name: 'TimeoutFailure', message: 'late', timeoutType: 'START_TO_CLOSE' };
const three = { maximumAttempts: 3 };

test('the first delay is a second, and each is twice the one before, as in Temporal', () => {
  expect([1, 2, 3, 4].map((attempt) => retryDelay(three, failure, attempt, 0))).toEqual([1_000, 2_000, 4_000, 8_000]);
});

test('delays are what the policy says, at most its maximum, which is a hundred times the first', () => {
  const policy = { ...three, initialInterval: 10, backoffCoefficient: 3 };
  expect([1, 2, 3, 9].map((attempt) => retryDelay(policy, failure, attempt, 0))).toEqual([10, 30, 90, 1_000]);
  expect(retryDelay({ ...policy, maximumInterval: 50 }, failure, 3, 0)).toBe(50);
});

test('a failure may say itself when to try again', () => {
  expect(retryDelay(three, { ...failure, nextRetryDelay: 7 }, 1, 3)).toBe(7);
});

test('there is no attempt after the last', () => {
  expect(retryDelay(three, failure, 2, 3)).toBe(2_000);
  expect(retryDelay(three, failure, 3, 3)).toBeUndefined();
});

test('what would fail again in the same way, was cancelled, or has no time left, is not tried again', () => {
  expect(retryDelay(three, { ...failure, nonRetryable: true }, 1, 3)).toBeUndefined();
  expect(retryDelay({ ...three, nonRetryableErrorTypes: ['Error'] }, failure, 1, 3)).toBeUndefined();
  expect(retryDelay(three, { name: 'CancelledFailure', message: '' }, 1, 3)).toBeUndefined();
  expect(retryDelay(three, { ...timeout, timeoutType: 'SCHEDULE_TO_CLOSE' }, 1, 3)).toBeUndefined();
});

test('an attempt that took too long is', () => {
  expect(retryDelay(three, timeout, 1, 3)).toBe(1_000);
});
