import type { Duration } from '@temporalio/common';
import type { Json } from '../core/json.js';
import type { ErasedHandler } from './workflow-definition.js';

interface CacheLife {
  /** How long an output may be used after it was made: milliseconds, or such as `'1h'`. */
  readonly ttl: Duration;
}

interface CacheVersion {
  /** Change it when the meaning of the function has changed: what the former version made is not used any more. */
  readonly version: string | number;
}

interface CacheKey<Key> {
  /** What the output depends on, asked on a worker before the handler, with what that would get. It stands for needs and input. */
  readonly key: Key;
}

type Without<T> = { readonly [K in keyof T]?: undefined };

/**
 * The option `cache`. A function is never compared, so it takes something that says when its meaning has changed: `version` or `key` here, or the `version` of
 * the node.
 */
export type CachedBy<Key> =
  | { readonly cache: CacheLife & CacheVersion & Partial<CacheKey<Key>> }
  | { readonly cache: CacheLife & Without<CacheVersion> & CacheKey<Key> }
  | (CacheVersion & { readonly cache: CacheLife & Without<CacheVersion> & Without<CacheKey<Key>> });

export interface Uncached {
  /**
   * For how long an output is used again, by any run, instead of calling the function with the same needs and input (of a map: with the same item, each by
   * itself): `{ ttl: '1h', version: 1 }`, or `{ ttl, key }` with what the output depends on. @default not at all
   */
  readonly cache?: undefined;
}

/** What a function for the key of an entry may return. */
export type CacheKeyReturn = Json | Promise<Json>;

/** The same with its types erased; `readCache` checks it. */
export interface ErasedCache {
  readonly ttl: Duration;
  readonly version?: string | number | undefined;
  readonly key?: ErasedHandler | undefined;
}
