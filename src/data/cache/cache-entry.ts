import { createHash } from 'node:crypto';
import type { CachedFrom } from '../../core/cached-column.js';
import { isRecord, type Json } from '../../core/json.js';
import type { Claim } from '../../core/wire-output.js';

/** What an entry holds: an output, or where it is stored; neither if the handler returned nothing. */
export interface CacheEntry {
  readonly madeBy: CachedFrom;
  readonly output?: Json;
  readonly claim?: Claim;
}

/** Rises when an older reader would take an entry for something else. */
const FORMAT = 1;

/**
 * The text under which a store keeps an entry: a string, which every store gives back as it was.
 *
 * @param bytes of the entry, as the payload codecs made them
 */
export function writeEntryText(bytes: Uint8Array): string {
  const data = Buffer.from(bytes).toString('base64');
  return JSON.stringify({ format: FORMAT, sha256: digest(data), data });
}

/** The bytes in it; undefined of anything but a whole text of this format. */
export function readEntryText(text: unknown): Uint8Array | undefined {
  const entry = typeof text === 'string' ? parse(text) : undefined;
  if (!isRecord(entry) || entry.format !== FORMAT || typeof entry.data !== 'string') return undefined;
  return digest(entry.data) === entry.sha256 ? Buffer.from(entry.data, 'base64') : undefined;
}

/** Of the encoded bytes: one of the output would tell what it is to who can guess it. */
function digest(data: string): string {
  return createHash('sha256').update(data).digest('base64url');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
