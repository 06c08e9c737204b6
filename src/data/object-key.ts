import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { InvalidClaimError } from './storage-errors.js';

/**
 * `v1/sha256/<2 hex digits>/<62 hex digits>` of what is stored, which is also the path below the storage folder: another
 * version, or an operator who sees a claim in the Temporal UI, finds the file by it. A later layout begins with `v2`.
 */
export type ObjectKey = string;

/** Whose names are the shards. */
export const SHARDS_FOLDER = 'v1/sha256';

export function objectKeyOf(bytes: Uint8Array): ObjectKey {
  const digest = createHash('sha256').update(bytes).digest('hex');
  return `${SHARDS_FOLDER}/${digest.slice(0, 2)}/${digest.slice(2)}`;
}

/**
 * The key in a claim.
 *
 * @throws {@link InvalidClaimError} for anything but a key as {@link objectKeyOf} makes it. A claim is data that has
 * travelled: it must not lead to another file.
 */
export function readObjectKey(claimData: Readonly<Record<string, string>> | undefined): ObjectKey {
  const key: unknown = claimData?.key;
  if (typeof key === 'string' && OBJECT_KEY.test(key)) return key;
  throw invalidKey(key, "it is another driver's claim, or was changed on its way");
}

/** As {@link readObjectKey}, but the key of what a crashed writer left behind passes, too. */
export function readListedKey(claimData: Readonly<Record<string, string>>): string {
  const key: unknown = claimData.key;
  if (typeof key === 'string' && (OBJECT_KEY.test(key) || LEFTOVER_KEY.test(key))) return key;
  throw invalidKey(key, 'delete takes what list returns');
}

/** Whether a file of this name in a shard is an object or what is left of one, and not something that Pawl knows nothing of. */
export function isListedName(name: string): boolean {
  return OBJECT_NAME.test(name) || LEFTOVER_NAME.test(name);
}

/** A name beside the object's that nobody else has, and that shows what it is if it is left behind. */
export function temporaryPathOf(path: string): string {
  return `${path}.${randomUUID()}.tmp`;
}

export function pathOf(folder: string, key: string): string {
  return join(folder, ...key.split('/'));
}

const SHARD = '[0-9a-f]{2}';
const OBJECT = '[0-9a-f]{62}';
const LEFTOVER = `${OBJECT}\\.[0-9a-f-]{36}\\.tmp`;
const SHARD_NAME = new RegExp(`^${SHARD}$`);
const OBJECT_NAME = new RegExp(`^${OBJECT}$`);
const LEFTOVER_NAME = new RegExp(`^${LEFTOVER}$`);
const OBJECT_KEY = new RegExp(`^${SHARDS_FOLDER}/${SHARD}/${OBJECT}$`);
const LEFTOVER_KEY = new RegExp(`^${SHARDS_FOLDER}/${SHARD}/${LEFTOVER}$`);

export function isShardName(name: string): boolean {
  return SHARD_NAME.test(name);
}

function invalidKey(key: unknown, hint: string): InvalidClaimError {
  return new InvalidClaimError(
    `${key === undefined ? 'there is no key' : `${JSON.stringify(key)} is no key`} of a stored file`,
    {
      place: 'claimData.key',
      hint,
    },
  );
}
