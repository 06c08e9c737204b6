import { createHash } from 'node:crypto';
import { type Payload, type PayloadCodec, type StorageDriver, StorageDriverClaim } from '@temporalio/common';
import proto from '@temporalio/proto';
import { LRUCache } from 'lru-cache';
import pLimit from 'p-limit';
import pRetry from 'p-retry';
import type { Json } from '../core/json.js';
import type { Owner } from '../core/protocol.js';
import type { Claim } from '../core/wire-output.js';
import { DecryptionError } from './encryption-errors.js';
import { isDamagedObject } from './is-damaged-object.js';
import { isMissingObject } from './is-missing-object.js';
import type { LoadClaim } from './resolve-output.js';
import {
  OutputDamagedError,
  OutputGoneError,
  StorageFailedError,
  StorageNotConfiguredError,
} from './stored-output-errors.js';
import { within } from './within.js';

export interface OutputStoreOptions {
  /** The first stores; all of them are asked for what they have stored. */
  readonly drivers: readonly StorageDriver[];
  /** Applied before a driver gets to see anything. */
  readonly codecs?: readonly PayloadCodec[] | undefined;
  readonly namespace: string;
  /** Bytes of what was stored or loaded that are kept in memory. @default 64 MiB */
  readonly cacheBytes?: number | undefined;
  /** Milliseconds that a driver may take for an answer. @default 60 seconds */
  readonly patience?: number;
}

/** Where a stored output belongs. */
export interface StoredFor extends Owner {
  readonly workflow: string;
}

const CACHE_BYTES = 64 * 1024 * 1024;
/** Loads at a time, each of up to tens of megabytes. */
const LOADS_AT_ONCE = 32;
/** Without it a request that hangs would be waited for by all who want the same, in this attempt and in the next. */
const PATIENCE = 60_000;
/** What a storage refuses for a moment is tried again here: a failed attempt would call the handler anew. */
const RETRY = { retries: 3, minTimeout: 100, maxTimeout: 2_000 };

/** Stores outputs as JSON through Temporal's storage drivers, and gives them back; checked, and from memory where it can. */
export class OutputStore {
  readonly #drivers: ReadonlyMap<string, StorageDriver>;
  readonly #storing: StorageDriver | undefined;
  readonly #codecs: readonly PayloadCodec[];
  readonly #namespace: string;
  readonly #patience: number;
  readonly #limit = pLimit(LOADS_AT_ONCE);
  /** As JSON and not as values: a handler may change what it is given. */
  readonly #texts: LRUCache<string, Buffer, Claim>;

  constructor({ drivers, codecs = [], namespace, cacheBytes = CACHE_BYTES, patience = PATIENCE }: OutputStoreOptions) {
    this.#drivers = new Map(drivers.map((driver) => [driver.name, driver]));
    this.#storing = drivers[0];
    this.#codecs = codecs;
    this.#namespace = namespace;
    this.#patience = patience;
    this.#texts = new LRUCache<string, Buffer, Claim>({
      maxSize: Math.max(1, cacheBytes), // with 0 it would have no limit; no text fits into 1
      sizeCalculation: ({ byteLength }) => byteLength + 1,
      // Of many that want the same at once, one fetches.
      fetchMethod: (_, __, { context }) => this.#limit(() => this.#fetch(context)),
      ignoreFetchAbort: true, // what is still fetched when others take its room is wanted all the same
    });
  }

  get drivers(): readonly StorageDriver[] {
    return [...this.#drivers.values()];
  }

  /** Whether there is anything to store with. */
  get canStore(): boolean {
    return this.#storing !== undefined;
  }

  /**
   * @throws {@link StorageNotConfiguredError}, {@link StorageFailedError}, and what `signal` was aborted with
   */
  async store(value: Json, owner: StoredFor, signal?: AbortSignal): Promise<Claim> {
    const driver = this.#storing;
    if (driver === undefined) {
      throw new StorageNotConfiguredError('there is no storage', { hint: 'give `storage` to createWorker' });
    }
    const text = Buffer.from(JSON.stringify(value));
    const payload = await this.#encode(text);
    if (payload === undefined) throw new TypeError('a payload codec returned nothing');
    const { workflow: type, workflowId: id, runId } = owner;
    const target = { kind: 'workflow', namespace: this.#namespace, id, runId, type } as const;
    const [stored] = await this.#try(driver, 'store', signal, (abortSignal) =>
      driver.store({ target, abortSignal }, [payload]),
    );
    if (stored === undefined) throw new StorageFailedError(`the storage '${driver.name}' gave no claim`);
    const claim: Claim = {
      driver: driver.name,
      data: { ...stored.claimData },
      bytes: text.byteLength,
      sha256: digest(text),
      ...(Array.isArray(value) && { count: value.length }),
    };
    this.#texts.set(keyOf(claim), text);
    return claim;
  }

  /** A loader that parses each object once, however many of its parts are asked for; for one who may change what it is given. */
  loader(): LoadClaim {
    const values = new Map<string, Promise<Json>>();
    return (claim) => {
      if (claim.count === undefined) return this.load(claim); // nobody else's part of it
      const key = keyOf(claim);
      const known = values.get(key) ?? this.load(claim);
      values.set(key, known);
      return known;
    };
  }

  /** @throws {@link OutputGoneError}, {@link OutputDamagedError}, {@link StorageFailedError}, {@link StorageNotConfiguredError} */
  async load(claim: Claim): Promise<Json> {
    const text = await this.#texts.fetch(keyOf(claim), { context: claim });
    if (text === undefined) throw new StorageFailedError(`the storage '${claim.driver}' gave nothing`);
    return JSON.parse(text.toString());
  }

  /** JSON as it is kept outside of this process, such as in a cache: through the payload codecs. */
  async seal(value: Json): Promise<Uint8Array> {
    const payload = await this.#encode(Buffer.from(JSON.stringify(value)));
    return PayloadProto.encode(payload ?? {}).finish();
  }

  /** @throws what a codec throws that can't decode it */
  async unseal(bytes: Uint8Array): Promise<Json> {
    return JSON.parse((await this.#decode(PayloadProto.decode(bytes))).toString());
  }

  async #fetch(claim: Claim): Promise<Buffer> {
    const driver = this.#drivers.get(claim.driver);
    if (driver === undefined) {
      throw new StorageNotConfiguredError(`there is no storage '${claim.driver}' here, which has it`, {
        hint: 'give that driver in `storage`, too, beside those that are there',
      });
    }
    const [payload] = await this.#try(driver, 'retrieve', undefined, (abortSignal) =>
      driver.retrieve({ abortSignal }, [new StorageDriverClaim({ ...claim.data })]),
    );
    const text = await this.#decode(payload).catch((cause: unknown) => {
      const why = `it can't be decoded: ${messageOf(cause)}`;
      if (cause instanceof DecryptionError) throw damaged(driver, why, cause);
      // A key that this worker lacks, or a service that does not answer: another attempt may do better.
      throw new StorageFailedError(`what the storage '${driver.name}' gives can't be read here: ${why}`, { cause });
    });
    if (text.byteLength === claim.bytes && digest(text) === claim.sha256) return text;
    throw damaged(driver, 'its bytes are not those that were stored');
  }

  async #encode(text: Buffer): Promise<Payload | undefined> {
    let encoded: Payload[] = [{ metadata: { encoding: JSON_ENCODING }, data: text }];
    for (const codec of this.#codecs) encoded = await codec.encode(encoded);
    return encoded[0];
  }

  async #decode(payload: Payload | undefined): Promise<Buffer> {
    let decoded = payload === undefined ? [] : [payload];
    for (const codec of [...this.#codecs].reverse()) decoded = await codec.decode(decoded);
    return Buffer.from(decoded[0]?.data ?? []);
  }

  async #try<T>(
    driver: StorageDriver,
    what: 'store' | 'retrieve',
    signal: AbortSignal | undefined,
    call: (abortSignal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    // A driver may not listen to its signal: it is not waited for any longer in either case.
    const once = () => {
      const late = AbortSignal.timeout(this.#patience);
      return within(this.#patience, call(signal === undefined ? late : AbortSignal.any([late, signal])));
    };
    try {
      return await pRetry(once, { ...RETRY, ...(signal !== undefined && { signal }), shouldRetry: isWorthRetrying });
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      if (what === 'retrieve' && isMissingObject(cause)) {
        throw new OutputGoneError(`the storage '${driver.name}' does not have it any more: ${messageOf(cause)}`, {
          cause,
        });
      }
      if (what === 'retrieve' && isDamagedObject(cause)) throw damaged(driver, messageOf(cause), cause);
      throw new StorageFailedError(`the storage '${driver.name}' could not ${what} it: ${messageOf(cause)}`, { cause });
    }
  }
}

function isWorthRetrying({ error }: { readonly error: Error }): boolean {
  return !isMissingObject(error) && !isDamagedObject(error);
}

const PayloadProto = proto.temporal.api.common.v1.Payload;
const JSON_ENCODING = new TextEncoder().encode('json/plain');

function keyOf({ driver, data, sha256 }: Claim): string {
  return `${driver} ${sha256} ${JSON.stringify(data)}`;
}

function digest(text: Buffer): string {
  return createHash('sha256').update(text).digest('base64url');
}

function damaged({ name }: StorageDriver, why: string, cause?: unknown): OutputDamagedError {
  return new OutputDamagedError(`what the storage '${name}' gives is damaged: ${why}`, { cause });
}

/** With that of its cause, which says more: drivers wrap what their clients threw. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
