import { join, resolve } from 'node:path';
import { cacheFolder } from './cache-folder.js';

/** Where stored outputs lie unless a driver is given a folder: `PAWL_STORAGE_DIR`, else `storage` in Pawl's cache folder. */
export function storageFolder(env: NodeJS.ProcessEnv = process.env): string {
  return env.PAWL_STORAGE_DIR ? resolve(env.PAWL_STORAGE_DIR) : join(cacheFolder(env), 'storage');
}
