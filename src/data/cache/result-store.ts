import { join } from 'node:path';
import { Keyv } from 'keyv';
import { cacheFolder } from '../cache-folder.js';
import { isOnThisMachine } from '../storage-drivers.js';
import { FileKeyvAdapter } from './file-keyv-adapter.js';

/** What is used of a Keyv, and of a store adapter for one. */
export interface ResultStore {
  get(key: string): Promise<unknown>;
  /** @param ttl milliseconds */
  set(key: string, value: string, ttl?: number): unknown;
  delete(key: string): Promise<unknown>;
}

/** Where cached results are kept: a `Keyv`, with the settings that it has; or a store adapter for one, such as `new KeyvRedis(…)`, or a `Map`. */
export type CacheOption = ResultStore | Map<string, unknown>;

/**
 * What is given; else, with a server on this machine, the files in Pawl's own folder; else nothing.
 *
 * @param address of the server, where it is known
 */
export function resultStore(
  given: CacheOption | undefined,
  address: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): ResultStore | undefined {
  if (given !== undefined) return isKeyv(given) ? withoutUncaught(given) : keyvOver(given);
  if (address === undefined || !isOnThisMachine(address)) return undefined;
  return keyvOver(new FileKeyvAdapter(join(cacheFolder(env), 'results')));
}

/** It keeps when an entry expires beside the entry: an adapter alone may know nothing of that. */
function keyvOver(store: CacheOption): ResultStore {
  return new Keyv({ store, throwOnErrors: true, emitErrors: false });
}

/** Where an older Keyv is nobody's to listen to, an error of its store would end the process; who asks it hears of the error. */
function withoutUncaught(keyv: ResultStore): ResultStore {
  if ('on' in keyv && typeof keyv.on === 'function') keyv.on('error', () => {});
  return keyv;
}

/** Not by its class: a user's Keyv may be another copy. Only a Keyv has a store of its own. */
function isKeyv(option: CacheOption): option is ResultStore {
  return 'opts' in option && typeof option.opts === 'object' && option.opts !== null && 'store' in option.opts;
}
