import { readFile, utimes } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import {
  type Payload,
  StorageDriverClaim,
  type StorageDriverRetrieveContext,
  type StorageDriverStoreContext,
} from '@temporalio/common';
import proto from '@temporalio/proto';
import type { CollectableStorageDriver, StoredObject } from './collectable-storage-driver.js';
import { deleteObject } from './delete-object.js';
import { StoredObjectCorruptError, StoredObjectMissingError } from './driver-errors.js';
import { errorCode, fileFailure } from './file-failure.js';
import { inParallel } from './in-parallel.js';
import { listObjects } from './list-objects.js';
import { objectKeyOf, ownerOfKey, pathOf, readObjectKey } from './object-key.js';
import { ownerFolder } from './object-owner.js';
import { storageFolder } from './storage-folder.js';
import { syncFolder, writeObject } from './write-object.js';

export interface FileSystemStorageDriverOptions {
  /**
   * Where the files lie; every process that stores or reads must see the same folder. It is made when it is needed, for its
   * owner alone (0700; files 0600). Default: `PAWL_STORAGE_DIR`, else `storage` in Pawl's cache folder.
   */
  readonly folder?: string;
  /** By which claims find their driver; to be changed only where there are several. Default: `pawl.filedriver`. */
  readonly driverName?: string;
}

/**
 * Keeps payloads as files, each named by the SHA-256 of its content: for one machine, or for machines that share a volume.
 *
 * Any number of processes may store and read at once. A payload is either there as a whole or not at all, whatever crashes,
 * and is on the disk when `store` returns. What is there already is not written again, but counts as new for `gc`.
 */
export class FileSystemStorageDriver implements CollectableStorageDriver {
  readonly type = 'pawl.filedriver';
  readonly name: string;
  /** Absolute. */
  readonly folder: string;

  constructor(options: FileSystemStorageDriverOptions = {}) {
    this.name = options.driverName ?? this.type;
    this.folder = options.folder === undefined ? storageFolder() : resolve(options.folder);
  }

  /** @throws StorageUnusableError if it can't be written; what `context.abortSignal` was aborted with. */
  async store(context: StorageDriverStoreContext, payloads: Payload[]): Promise<StorageDriverClaim[]> {
    return inParallel(payloads, context.abortSignal, async (payload, signal) => {
      const bytes = PayloadProto.encode(payload).finish();
      const key = objectKeyOf(ownerFolder(context.target), bytes);
      const path = pathOf(this.folder, key);
      try {
        if (!(await renewObject(path, bytes, signal))) await writeObject(path, bytes, signal);
      } catch (error) {
        signal.throwIfAborted();
        throw fileFailure(`${bytes.length} bytes can't be stored`, path, error);
      }
      return new StorageDriverClaim({ key });
    });
  }

  /**
   * @throws StoredObjectMissingError, StoredObjectCorruptError, InvalidClaimError; StorageUnusableError if a file can't be
   * read; what `context.abortSignal` was aborted with.
   */
  async retrieve(context: StorageDriverRetrieveContext, claims: StorageDriverClaim[]): Promise<Payload[]> {
    return inParallel(claims, context.abortSignal, async (claim, signal) => {
      const key = readObjectKey(claim.claimData);
      const path = pathOf(this.folder, key);
      const bytes = await readObject(path, signal);
      if (objectKeyOf(ownerOfKey(key), bytes) !== key) {
        throw new StoredObjectCorruptError(`the file's ${bytes.length} bytes are not those that were stored`, {
          place: path,
          hint: 'the task that made it must run again',
        });
      }
      return PayloadProto.decode(bytes);
    });
  }

  list(): AsyncIterable<StoredObject> {
    return listObjects(this.folder);
  }

  async delete(objects: readonly StoredObject[]): Promise<readonly StoredObject[]> {
    const deleted = await inParallel(objects, undefined, (object) => deleteObject(this.folder, object));
    return objects.filter((_, index) => deleted[index]);
  }
}

const PayloadProto = proto.temporal.api.common.v1.Payload;

/**
 * Whether these bytes are there already; then they count as stored now. They are compared, so that storing again repairs a
 * damaged file. Whatever stands in the way of that makes it be written anew, which says why it can't.
 */
async function renewObject(path: string, bytes: Uint8Array, signal: AbortSignal): Promise<boolean> {
  try {
    const now = new Date();
    // First, so that what is collected meanwhile is either found to be renewed, or missed here.
    await utimes(path, now, now);
    if (!(await readFile(path, { signal })).equals(bytes)) return false;
    // Its writer may not have got this far.
    await syncFolder(dirname(path));
    return true;
  } catch {
    return false;
  }
}

async function readObject(path: string, signal: AbortSignal): Promise<Uint8Array> {
  try {
    return await readFile(path, { signal });
  } catch (error) {
    signal.throwIfAborted();
    if (errorCode(error) !== 'ENOENT') throw fileFailure("a stored object can't be read", path, error);
    throw new StoredObjectMissingError('the stored object is not there', {
      place: path,
      hint: 'it was deleted and the task that made it must run again, or this machine does not share the storage folder',
      cause: error,
    });
  }
}
