import type { webcrypto } from 'node:crypto';
import { EncryptionOptionsError, UnknownEncryptionKeyError } from './encryption-errors.js';

/** Encrypts everything that leaves a process for Temporal, with AES-256-GCM. All clients and workers of a run need the same keys. */
export interface EncryptionOptions {
  /** 32 random bytes each, as they are or as base64, by an id, which travels in the clear beside what the key has encrypted. */
  readonly keys: Readonly<Record<string, string | Uint8Array>>;
  /** The id of the key that encrypts; what the others have encrypted can be read. */
  readonly activeKey: string;
}

/** Bytes of an AES-256 key. */
const KEY_LENGTH = 32;

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The keys, checked; each is imported when it is first needed. */
export class EncryptionKeys {
  readonly activeKey: string;
  readonly #bytes: ReadonlyMap<string, Uint8Array>;
  readonly #imported = new Map<string, Promise<webcrypto.CryptoKey>>();

  /** @throws {@link EncryptionOptionsError} */
  constructor({ keys, activeKey }: EncryptionOptions) {
    this.#bytes = new Map(Object.entries(keys).map(([id, key]) => [id, bytesOf(id, key)]));
    this.activeKey = activeKey;
    if (!this.#bytes.has(activeKey)) {
      throw new EncryptionOptionsError(`there is no key '${activeKey}'`, {
        place: 'encryption.activeKey',
        hint:
          this.#bytes.size === 0
            ? 'encryption.keys is empty'
            : `encryption.keys has ${[...this.#bytes.keys()].map((id) => `'${id}'`).join(', ')}`,
      });
    }
  }

  /** @throws {@link UnknownEncryptionKeyError} */
  get(id: string): Promise<webcrypto.CryptoKey> {
    const known = this.#imported.get(id);
    if (known !== undefined) return known;
    const bytes = this.#bytes.get(id);
    if (bytes === undefined) throw new UnknownEncryptionKeyError(id, [...this.#bytes.keys()]);
    const imported = crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
    this.#imported.set(id, imported);
    return imported;
  }
}

/** No message says anything of a key but its length. */
function bytesOf(id: string, key: unknown): Uint8Array {
  const place = `encryption.keys['${id}']`;
  const hint = 'a key is 32 random bytes, as a Uint8Array or as base64: `openssl rand -base64 32`';
  if (id === '') throw new EncryptionOptionsError('the id of a key is empty', { place });
  if (typeof key === 'string' && !BASE64.test(key))
    throw new EncryptionOptionsError('it is not base64', { place, hint });
  if (typeof key !== 'string' && !(key instanceof Uint8Array)) {
    throw new EncryptionOptionsError(`it is ${key === null ? 'null' : typeof key}`, { place, hint });
  }
  const bytes = typeof key === 'string' ? Buffer.from(key, 'base64') : Uint8Array.from(key);
  if (bytes.length === KEY_LENGTH) return bytes;
  throw new EncryptionOptionsError(`it has ${bytes.length} bytes and must have ${KEY_LENGTH}`, { place, hint });
}
