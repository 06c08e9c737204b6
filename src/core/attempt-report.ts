import type { TaskError } from './cause.js';
import type { UnitEvent } from './event.js';
import { isRecord } from './json.js';
import { FailureType } from './protocol.js';

/**
 * The part of a Temporal failure that is read here, as the workflow gets it from the SDK and as a client decodes it from
 * history. Structural, since the core imports nothing of Temporal.
 */
export interface ActivityFailureView {
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
  /** Of an application failure. */
  readonly type?: unknown;
  readonly details?: unknown;
  readonly nonRetryable?: unknown;
  /** Milliseconds. */
  readonly nextRetryDelay?: unknown;
  /** Of a timeout. */
  readonly timeoutType?: unknown;
  readonly cause?: unknown;
}

/** What was dispatched, as far as the attempts of its failure depend on it. */
export interface DispatchView {
  readonly attemptsUsed: number;
  /** Of this dispatch; 0 means without limit. */
  readonly attemptsLeft: number;
}

type AttemptReport =
  | { readonly kind: 'taskFailed'; readonly error: TaskError; readonly attempts: number }
  | { readonly kind: 'taskCancelled'; readonly attempts: number }
  | { readonly kind: 'taskUnserved'; readonly reason: string; readonly attempts: number };

/** Reads how a task's activity ended, when not with a result, as the scheduler's event. */
export function reportFailure(
  failure: ActivityFailureView,
  hasUsedAllAttempts: boolean,
  dispatch: DispatchView,
): AttemptReport & Pick<UnitEvent, 'kind'> {
  const noted = notedAttempts(failure);
  // By name, here and below, since the core imports nothing of Temporal.
  // Without a note no attempt was running: it was cancelled before the first or between two, and Temporal does not tell which.
  if (failure.name === 'CancelledFailure') return { kind: 'taskCancelled', attempts: noted ?? dispatch.attemptsUsed };
  const attempts = noted ?? countAttempts(failure, hasUsedAllAttempts, dispatch);
  // The attempt in which no handler was found is not one of the task's.
  if (failure.type === FailureType.unserved)
    return { kind: 'taskUnserved', reason: failure.message, attempts: attempts - 1 };
  return { kind: 'taskFailed', attempts, error: errorOf(failure) };
}

function errorOf(failure: ActivityFailureView): TaskError {
  if (failure.name === 'TimeoutFailure') return timeoutError(failure);
  return {
    message: failure.message,
    type: typeof failure.type === 'string' ? failure.type : failure.name,
    ...(failure.stack && { stack: failure.stack }),
  };
}

function timeoutError({ timeoutType, cause }: ActivityFailureView): TaskError {
  const last = isRecord(cause) && typeof cause.message === 'string' ? `; the last failure was: ${cause.message}` : '';
  const type = `TIMEOUT_${String(timeoutType)}`;
  switch (timeoutType) {
    case 'HEARTBEAT':
      return {
        type,
        message: `no heartbeat within heartbeatTimeout: the worker was lost, or its event loop blocked${last}`,
      };
    case 'START_TO_CLOSE':
      return { type, message: `an attempt took longer than startToCloseTimeout${last}` };
    case 'SCHEDULE_TO_CLOSE':
    case 'SCHEDULE_TO_START':
      return { type, message: `it was not done within scheduleToCloseTimeout${last}` };
    default:
      return { type, message: `it timed out${last}` };
  }
}

/** What Pawl's wrapper noted; a lost worker, or one in another language, could not. */
function notedAttempts({ details }: ActivityFailureView): number | undefined {
  const note: unknown = Array.isArray(details) ? details.at(-1) : undefined;
  const attempts = isRecord(note) && isRecord(note.pawl) ? note.pawl.attempts : undefined;
  return typeof attempts === 'number' ? attempts : undefined;
}

function countAttempts(failure: ActivityFailureView, hasUsedAllAttempts: boolean, dispatch: DispatchView): number {
  if (hasUsedAllAttempts && dispatch.attemptsLeft > 0) return dispatch.attemptsUsed + dispatch.attemptsLeft;
  const before = isRecord(failure.cause) ? notedAttempts(failure.cause as unknown as ActivityFailureView) : undefined;
  return before ?? dispatch.attemptsUsed + 1;
}
