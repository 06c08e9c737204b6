import { rename, rm, stat } from 'node:fs/promises';
import type { StoredObject } from './collectable-storage-driver.js';
import { errorCode, fileFailure } from './file-failure.js';
import { pathOf, readListedKey, temporaryPathOf } from './object-key.js';

/**
 * Deletes an object unless it was stored again since it was listed; returns whether it did.
 *
 * To look at its time and then delete it would lose one that is renewed in between. So it first gets another name: whoever
 * stores it from then on misses it and writes it anew, and whoever was faster has left a new time, for which it goes back.
 */
export async function deleteObject(folder: string, { claimData, modifiedAt }: StoredObject): Promise<boolean> {
  const key = readListedKey(claimData);
  const path = pathOf(folder, key);
  const isAsListed = async (at: string) => (await stat(at)).mtimeMs === modifiedAt;
  try {
    if (!(await isAsListed(path))) return false;
    const aside = temporaryPathOf(pathOf(folder, objectOf(key)));
    await rename(path, aside);
    if (!(await isAsListed(aside))) {
      await rename(aside, path);
      return false;
    }
    await rm(aside);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false; // somebody else has deleted it
    throw fileFailure("a stored object can't be deleted", path, error);
  }
}

/** Of a leftover, so that the name it gets is again one of a leftover. */
function objectOf(key: string): string {
  return key.split('.', 1)[0] ?? key;
}
