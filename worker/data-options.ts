import type { CacheOption } from '../src/data/cache/result-store.js';
import type { EncryptionOptions } from '../src/data/encryption-keys.js';
import type { StorageOption } from '../src/data/storage-drivers.js';
import type { SecretProvider } from '../src/define/secret-provider.js';

/** What a worker does with the data of its runs. */
export interface DataOptions {
  /**
   * Where outputs are stored that are too large to travel in a run's history: a storage driver of Temporal's, or several, of which the first stores. All workers
   * of a run, and the engines that read its outputs, need the same. @default where PAWL_STORAGE_DIR is set, files in that folder; with a server on this machine
   * that the environment names to `createWorker`, files in Pawl's own; else none, and a task whose output is too large fails
   */
  readonly storage?: StorageOption | undefined;
  /** Bytes of stored outputs that the worker keeps in memory, so that many tasks that need one fetch it once. @default 64 MiB */
  readonly storageCacheBytes?: number | undefined;
  /**
   * Where the outputs of tasks that have `cache` are kept: a Keyv, a store adapter for one (`new KeyvRedis(…)`), or a Map. Workers that share it use each
   * other's. @default with a server on this machine that the environment names to `createWorker`, files in Pawl's own folder; else none: such tasks run each
   * time, and a warning says so
   */
  readonly cache?: CacheOption | undefined;
  /**
   * Encrypts all payloads of the worker, of your own workflows and activities, too, and messages and stacks of failures. The engine needs the same keys. Codecs
   * of your own see the data first.
   */
  readonly encryption?: EncryptionOptions | undefined;
  /** What gives the values for `ctx.secret`. @default the environment of the worker's process */
  readonly secrets?: SecretProvider | undefined;
}
