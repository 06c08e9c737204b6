import { ApplicationFailure } from '@temporalio/common';
import { payloadSize } from '../src/core/payload-size.js';
import { shortenText } from '../src/core/shorten-text.js';

/** Of the texts of one that is too large. */
const CHARACTERS = [2_000, 1_000, 500, 250, 100];
const CAUSES_MAXIMUM = 3;

/**
 * A failure in so many bytes: what is too large loses all details but Pawl's own note, which is the last, the details and stacks of its causes, and as much of its
 * texts as that takes. Failures of local tasks are recorded in one message with all that ends in the same workflow task, and one that is too large can't be sent, ever.
 */
export function fitFailure(failure: ApplicationFailure, bytes: number): ApplicationFailure {
  let fitted = failure;
  for (const characters of CHARACTERS) {
    if (sizeOf(fitted) <= bytes) break;
    fitted = cutFailure(failure, characters);
  }
  return fitted;
}

function cutFailure(failure: ApplicationFailure, characters: number): ApplicationFailure {
  const { message, type, nonRetryable, details, cause, nextRetryDelay, category, stack } = failure;
  const cut = new ApplicationFailure(
    shortenText(message, characters / 2),
    type,
    nonRetryable,
    details?.slice(-1),
    cutCause(cause, characters),
    nextRetryDelay,
    category,
  );
  if (stack !== undefined) cut.stack = shortenText(stack, characters / 2);
  return cut;
}

function cutCause(cause: Error | undefined, characters: number, depth = 1): Error | undefined {
  if (cause === undefined || depth > CAUSES_MAXIMUM) return undefined;
  const type = cause instanceof ApplicationFailure ? cause.type : cause.name;
  const below = cause.cause instanceof Error ? cutCause(cause.cause, characters, depth + 1) : undefined;
  const cut = new ApplicationFailure(shortenText(cause.message, characters / 2), type, false, [], below);
  cut.stack = '';
  return cut;
}

function sizeOf(failure: Error): number {
  const { message, stack, cause } = failure;
  const details = failure instanceof ApplicationFailure ? failure.details : undefined;
  return payloadSize([message, stack, details]) + (cause instanceof Error ? sizeOf(cause) : 0);
}
