import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { DecryptionError } from './encryption-errors.js';
import { EncryptionKeys, type EncryptionOptions } from './encryption-keys.js';

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;

/** As in Temporal's own samples of encryption, so that codec servers in other languages can read it. */
const ENCODING = 'binary/encrypted';
const KEY_ID = 'encryption-key-id';

/** Bytes. NIST SP 800-38D recommends 96 bits; drawn at random they are safe for 2^32 payloads of one key. */
const IV_LENGTH = 12;
/** Bytes of the tag that GCM appends. */
const TAG_LENGTH = 16;

/**
 * Encrypts whole payloads, their metadata included, with AES-256-GCM and a new initialisation vector each. What is not encrypted is
 * decoded to itself, so that runs which began before encryption go on.
 */
export class EncryptionCodec implements PayloadCodec {
  readonly #keys: EncryptionKeys;

  /** @throws {@link EncryptionOptionsError} */
  constructor(options: EncryptionOptions) {
    this.#keys = new EncryptionKeys(options);
  }

  encode(payloads: Payload[]): Promise<Payload[]> {
    return Promise.all(payloads.map((payload) => this.#encrypt(payload)));
  }

  /** @throws {@link UnknownEncryptionKeyError}, {@link DecryptionError} */
  decode(payloads: Payload[]): Promise<Payload[]> {
    return Promise.all(payloads.map((payload) => (isEncrypted(payload) ? this.#decrypt(payload) : payload)));
  }

  async #encrypt(payload: Payload): Promise<Payload> {
    const { activeKey } = this.#keys;
    const iv = crypto.getRandomValues(new Uint8Array(IV_LENGTH));
    const plain = PayloadMessage.encode(payload).finish();
    const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await this.#keys.get(activeKey), plain);
    return {
      metadata: { encoding: Buffer.from(ENCODING), [KEY_ID]: Buffer.from(activeKey) },
      data: Buffer.concat([iv, new Uint8Array(sealed)]),
    };
  }

  async #decrypt({ metadata, data }: Payload): Promise<Payload> {
    const keyId = text(metadata?.[KEY_ID]);
    if (!data || data.length < IV_LENGTH + TAG_LENGTH) throw cannotDecrypt(keyId, undefined);
    const key = await this.#keys.get(keyId);
    try {
      const iv = data.subarray(0, IV_LENGTH);
      const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, data.subarray(IV_LENGTH));
      return PayloadMessage.decode(new Uint8Array(plain));
    } catch (cause) {
      throw cannotDecrypt(keyId, cause);
    }
  }
}

export function isEncrypted({ metadata }: Payload): boolean {
  return text(metadata?.encoding) === ENCODING;
}

function text(bytes: Uint8Array | null | undefined): string {
  return Buffer.from(bytes ?? []).toString();
}

function cannotDecrypt(keyId: string, cause: unknown): DecryptionError {
  return new DecryptionError('it was changed since it was encrypted, or that key is another one than it was', {
    place: `encryption.keys['${keyId}']`,
    hint: 'give the key under the id with which it encrypted; a new key needs a new id',
    cause,
  });
}
