import type { Call } from '../src/core/command.js';
import type { Json } from '../src/core/json.js';
import { largestLocalOutput } from '../src/core/local-limits.js';
import { inKibibytes, payloadSize } from '../src/core/payload-size.js';
import { InvalidOutputError } from './task-error.js';

/**
 * Refuses what is too large for a local activity to give, as it travels: an output that is stored is small.
 *
 * @throws {@link InvalidOutputError}
 */
export function checkLocalResult(output: Json | undefined, call: Call = 'run'): void {
  const bytes = payloadSize(output);
  const largest = largestLocalOutput(call);
  if (bytes <= largest) return;
  throw new InvalidOutputError(`it is ${inKibibytes(bytes)} of JSON, and a local task gives ${inKibibytes(largest)}`, {
    place: call === 'run' ? 'output' : call,
    hint: "let it run as an activity: `placement: 'activity'`",
  });
}
