import type { Call } from './command.js';

/**
 * Bytes that a local activity may give. All that end within one workflow task are recorded in one message of at most 4 MiB, and one that is
 * larger can't be sent, ever: what is in flight must fit whatever it gives.
 */
export function largestLocalOutput(call: Call = 'run'): number {
  // A list of items, or a child's input, is seldom and is more.
  return call === 'over' || call === 'with' ? 128 * 1024 : 8 * 1024;
}

/** Bytes that local activities may add to the message of one workflow task. Twice that comes, where some began in the one before. */
export const LOCAL_BYTES = 1024 * 1024;

/**
 * Local activities that a workflow task starts. Until it is done, or the SDK reports after 8 seconds that it is not, the run hears nothing: no order,
 * no request to cancel, no result of an activity; and a crash repeats them.
 */
export const LOCAL_COUNT = 200;
