import { isRecord } from './json.js';
import type { Signature } from './order.js';
import { shortenText } from './shorten-text.js';

/** Characters at both ends: the audit trail is kept for as long as the run is, and holds a thousand of these. */
const LONGEST_ENDS = 250;

/**
 * Who gave an order and why, as its argument says, which may have been written by hand.
 *
 * @param id of the update
 */
export function readSignature(id: string, argument: unknown): Signature {
  const { actor = 'unknown', reason } = isRecord(argument) ? argument : {};
  return {
    id,
    actor: shortenText(String(actor), LONGEST_ENDS),
    ...(reason !== undefined && { reason: shortenText(String(reason), LONGEST_ENDS) }),
  };
}
