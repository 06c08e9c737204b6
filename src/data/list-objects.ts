import { readdir, stat } from 'node:fs/promises';
import type { StoredObject } from './collectable-storage-driver.js';
import { errorCode, fileFailure } from './file-failure.js';
import { inParallel } from './in-parallel.js';
import { isListedName, OWNERS_FOLDER, ownerOfKey, pathOf } from './object-key.js';
import { isOwnerFolder } from './object-owner.js';

/**
 * Every object in a storage folder, and what crashed writers left: nothing refers to that, so it goes as anything does that
 * nothing refers to, when it is old enough. Other files are passed over.
 */
export async function* listObjects(folder: string): AsyncIterable<StoredObject> {
  for (const owner of (await namesIn(pathOf(folder, OWNERS_FOLDER))).filter(isOwnerFolder)) {
    const keys = (await namesIn(pathOf(folder, `${OWNERS_FOLDER}/${owner}`)))
      .filter(isListedName)
      .map((name) => `${OWNERS_FOLDER}/${owner}/${name}`);
    for (const object of await inParallel(keys, undefined, (key) => describeObject(folder, key))) {
      if (object !== undefined) yield object;
    }
  }
}

async function describeObject(folder: string, key: string): Promise<StoredObject | undefined> {
  const path = pathOf(folder, key);
  try {
    const { mtimeMs, size } = await stat(path);
    return { claimData: { key }, owner: ownerOfKey(key), modifiedAt: mtimeMs, bytes: size };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined; // deleted, or given its own name, since its name was read
    throw fileFailure("a stored object can't be listed", path, error);
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []; // nothing was stored yet
    throw fileFailure("stored objects can't be listed", folder, error);
  }
}
