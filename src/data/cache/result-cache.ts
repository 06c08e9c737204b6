import type { CachedFrom } from '../../core/cached-column.js';
import type { Json } from '../../core/json.js';
import { inKibibytes, payloadSize } from '../../core/payload-size.js';
import { CACHE_OWNER } from '../object-owner.js';
import type { OutputStore } from '../output-store.js';
import { isOutputLost } from '../stored-output-errors.js';
import { within } from '../within.js';
import { type CacheEntry, readEntryText, writeEntryText } from './cache-entry.js';
import type { ResultStore } from './result-store.js';

/** An output, and the run whose call made it. */
export interface CachedResult {
  readonly output: Json | undefined;
  readonly madeBy: CachedFrom;
}

export interface ResultCacheOptions {
  readonly store: ResultStore;
  /** Has the payload codecs, and the larger outputs. */
  readonly outputs: OutputStore;
  /** Milliseconds that the store may take for an answer. @default 5 seconds */
  readonly patience?: number;
}

type Warn = (message: string) => void;

/** Bytes of JSON in an entry itself; what is larger is stored beside it. */
const LARGEST_IN_ENTRY = 8 * 1024;
const PATIENCE = 5_000;
const PREFIX = 'pawl:';

/** Keeps outputs by the keys of what they depend on. It never fails: what goes wrong is a warning, and then it knows nothing. */
export class ResultCache {
  readonly #store: ResultStore;
  readonly #outputs: OutputStore;
  readonly #patience: number;

  constructor({ store, outputs, patience = PATIENCE }: ResultCacheOptions) {
    this.#store = store;
    this.#outputs = outputs;
    this.#patience = patience;
  }

  /** The output under a key, whole and as it was; undefined if there is none. What can't be used any more is removed. */
  async read(key: string, warn: Warn): Promise<CachedResult | undefined> {
    try {
      const text = await this.#ask(() => this.#store.get(PREFIX + key));
      if (text === undefined || text === null) return undefined;
      const entry = await this.#open(text);
      const result = entry && (await this.#resultOf(entry));
      if (result === undefined) await this.#ask(() => this.#store.delete(PREFIX + key));
      return result;
    } catch (error) {
      warn(`the cache can't be read, and the task runs: ${messageOf(error)}`);
      return undefined;
    }
  }

  /**
   * Whether there is an entry under a key: as long as there is, what is stored for it is needed.
   *
   * @throws what the store throws
   */
  async has(key: string): Promise<boolean> {
    const text = await this.#ask(() => this.#store.get(PREFIX + key));
    return text !== undefined && text !== null;
  }

  /** @param ttl milliseconds */
  async write(key: string, ttl: number, { output, madeBy }: CachedResult, warn: Warn): Promise<void> {
    try {
      const bytes = payloadSize(output);
      const isLarge = output !== undefined && bytes > LARGEST_IN_ENTRY;
      if (isLarge && !this.#outputs.canStore) {
        throw new RangeError(
          `it is ${inKibibytes(bytes)} of JSON, an entry holds 8 KiB, and there is no storage for more`,
        );
      }
      // An owner of its own: the entry outlives the run that made it.
      const owner = { workflow: CACHE_OWNER, workflowId: key, runId: 'cache' };
      const entry: CacheEntry = {
        madeBy,
        ...(isLarge ? { claim: await this.#outputs.store(output, owner) } : output !== undefined && { output }),
      };
      const sealed = await this.#outputs.seal(entry as unknown as Json); // plain data
      const taken = await this.#ask(async () => this.#store.set(PREFIX + key, writeEntryText(sealed), ttl));
      if (taken === false) throw new Error('the store did not take it');
    } catch (error) {
      warn(`the output is not cached: ${messageOf(error)}`);
    }
  }

  #ask<T>(call: () => Promise<T>): Promise<T> {
    return within(this.#patience, call());
  }

  /** One that was encoded with a key that this worker does not have is of no use to it, but may be to others. */
  async #open(text: unknown): Promise<CacheEntry | undefined> {
    const bytes = readEntryText(text);
    return bytes && ((await this.#outputs.unseal(bytes)) as unknown as CacheEntry); // of its format, as its text says
  }

  async #resultOf({ claim, output, madeBy }: CacheEntry): Promise<CachedResult | undefined> {
    if (claim === undefined) return { output, madeBy };
    try {
      return { output: await this.#outputs.load(claim), madeBy };
    } catch (error) {
      if (isOutputLost(error)) return undefined;
      throw error;
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
