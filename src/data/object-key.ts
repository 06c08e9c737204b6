import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { InvalidClaimError } from './driver-errors.js';
import { OWNER, type OwnerFolder } from './object-owner.js';

/**
 * `v1/<owner>/<SHA-256 in hex digits>` of what is stored, which is also the path below the storage folder: another
 * version, or an operator who sees a claim in the Temporal UI, finds the file by it. A later layout begins with `v2`.
 */
export type ObjectKey = string;

/** Whose names are the owners. */
export const OWNERS_FOLDER = 'v1';

export function objectKeyOf(owner: OwnerFolder, bytes: Uint8Array): ObjectKey {
  return `${OWNERS_FOLDER}/${owner}/${createHash('sha256').update(bytes).digest('hex')}`;
}

export function ownerOfKey(key: string): OwnerFolder {
  return key.split('/')[1] ?? '';
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

/** Whether a file of this name in an owner's folder is an object or what is left of one, and not something that Pawl knows nothing of. */
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

const OBJECT = '[0-9a-f]{64}';
const LEFTOVER = `${OBJECT}\\.[0-9a-f-]{36}\\.tmp`;
const OBJECT_NAME = new RegExp(`^${OBJECT}$`);
const LEFTOVER_NAME = new RegExp(`^${LEFTOVER}$`);
const OBJECT_KEY = new RegExp(`^${OWNERS_FOLDER}/${OWNER}/${OBJECT}$`);
const LEFTOVER_KEY = new RegExp(`^${OWNERS_FOLDER}/${OWNER}/${LEFTOVER}$`);

function invalidKey(key: unknown, hint: string): InvalidClaimError {
  return new InvalidClaimError(
    `${key === undefined ? 'there is no key' : `${JSON.stringify(key)} is no key`} of a stored file`,
    {
      place: 'claimData.key',
      hint,
    },
  );
}
