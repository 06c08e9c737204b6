import type { StorageDriver } from '@temporalio/common';
import { FileSystemStorageDriver } from './file-system-storage-driver.js';

/**
 * Where outputs are stored that are too large to travel in a run's history: a storage driver of Temporal's, or several, of which the first stores and all are
 * read.
 */
export type StorageOption = StorageDriver | readonly StorageDriver[];

/**
 * What is given; else, where `PAWL_STORAGE_DIR` is set, the files in that folder; else, with a server on this machine, the files in Pawl's own folder; else
 * nothing.
 *
 * @param address of the server, where it is known
 */
export function storageDrivers(
  given: StorageOption | undefined,
  address: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): readonly StorageDriver[] {
  if (given !== undefined) return isList(given) ? given : [given];
  const isEmbedded = address !== undefined && isOnThisMachine(address);
  return env.PAWL_STORAGE_DIR || isEmbedded ? [new FileSystemStorageDriver()] : [];
}

/** Whether a server's address leads to this machine. */
export function isOnThisMachine(address: string): boolean {
  return LOOPBACK.test(address);
}

/** `localhost:7233`, `127.0.0.1:7233`, `[::1]:7233`. */
const LOOPBACK = /^(https?:\/\/)?(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/;

function isList(option: StorageOption): option is readonly StorageDriver[] {
  return Array.isArray(option);
}
