import type { ActivityFailureView } from './attempt-report.js';
import type { RetryPlan } from './plan.js';

/**
 * Milliseconds after which an attempt is followed by the next, as Temporal's server has it for activities; undefined if it was the last.
 *
 * @param attempt its number, from 1
 * @param attempts how many there may be; 0 means without limit
 */
export function retryDelay(
  retry: RetryPlan,
  failure: ActivityFailureView,
  attempt: number,
  attempts: number,
): number | undefined {
  if (attempts > 0 && attempt >= attempts) return undefined;
  if (!isRetryable(retry, failure)) return undefined;
  if (typeof failure.nextRetryDelay === 'number') return failure.nextRetryDelay;
  const { initialInterval = 1_000, backoffCoefficient = 2, maximumInterval = 100 * initialInterval } = retry;
  return Math.min(initialInterval * backoffCoefficient ** (attempt - 1), maximumInterval);
}

function isRetryable({ nonRetryableErrorTypes = [] }: RetryPlan, failure: ActivityFailureView): boolean {
  switch (failure.name) {
    case 'CancelledFailure':
      return false;
    case 'TimeoutFailure':
      return failure.timeoutType === 'START_TO_CLOSE';
    default:
      return failure.nonRetryable !== true && !nonRetryableErrorTypes.includes(String(failure.type));
  }
}
