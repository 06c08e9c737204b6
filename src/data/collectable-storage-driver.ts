import type { StorageDriver } from '@temporalio/common';
import type { OwnerFolder } from './object-owner.js';

/** Something that a {@link CollectableStorageDriver} holds. */
export interface StoredObject {
  /** As in the claims that refer to it. What a crashed writer left behind has one as well, which no claim has. */
  readonly claimData: Readonly<Record<string, string>>;
  /** For what it is stored: see `ownerFolder`. */
  readonly owner: OwnerFolder;
  /** When it was stored last, also if it was there already; milliseconds since the epoch. */
  readonly modifiedAt: number;
  /** Its size in storage. */
  readonly bytes: number;
}

/** A storage driver that can list and delete what it holds, so that `engine.gc()` works on it. */
export interface CollectableStorageDriver extends StorageDriver {
  /** Everything that is there, in no order. What is stored meanwhile may be listed or not. */
  list(): AsyncIterable<StoredObject>;
  /**
   * Deletes objects that were listed, and returns those that are deleted. One that was stored again since it was listed
   * stays: somebody has a new claim on it.
   */
  delete(objects: readonly StoredObject[]): Promise<readonly StoredObject[]>;
}

/** Whether a driver can list and delete. S3 and GCS drivers can't: there a lifecycle rule of the bucket does it. */
export function isCollectable(driver: StorageDriver): driver is CollectableStorageDriver {
  const { list, delete: remove } = driver as Partial<CollectableStorageDriver>;
  return typeof list === 'function' && typeof remove === 'function';
}
