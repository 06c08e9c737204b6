import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { EncryptionCodec } from '../../src/data/encryption-codec.js';
import {
  DecryptionError,
  type EncryptionOptions,
  EncryptionOptionsError,
  encryptedDataConverter,
  UnknownEncryptionKeyError,
} from '../../src/index.js';

const OLD = randomBytes(32).toString('base64');
const NEW = new Uint8Array(randomBytes(32));

describe('a payload', () => {
  test('comes back as it was, metadata included', async () => {
    const codec = new EncryptionCodec({ keys: { 'key-1': OLD }, activeKey: 'key-1' });
    const [back] = await codec.decode(await codec.encode([payloadOf({ token: 'planted' })]));
    expect(defaultPayloadConverter.fromPayload(back as Payload)).toEqual({ token: 'planted' });
    expect(text(back?.metadata?.encoding)).toBe('json/plain');
  });

  test('of no data at all comes back, too', async () => {
    const codec = new EncryptionCodec({ keys: { 'key-1': OLD }, activeKey: 'key-1' });
    const [back] = await codec.decode(await codec.encode([payloadOf(undefined)]));
    expect(defaultPayloadConverter.fromPayload(back as Payload)).toBeUndefined();
  });

  test('shows nothing but that it is encrypted, and the id of the key', async () => {
    const codec = new EncryptionCodec({ keys: { 'key-1': OLD }, activeKey: 'key-1' });
    const [sealed] = await codec.encode([{ ...payloadOf('planted'), metadata: { encoding: bytes('json/planted') } }]);
    expect(Object.entries(sealed?.metadata ?? {}).map(([name, value]) => [name, text(value)])).toEqual([
      ['encoding', 'binary/encrypted'],
      ['encryption-key-id', 'key-1'],
    ]);
    expect(text(sealed?.data)).not.toContain('planted');
  });

  test('is never encrypted to the same bytes twice', async () => {
    const codec = new EncryptionCodec({ keys: { 'key-1': OLD }, activeKey: 'key-1' });
    const [one, two] = await codec.encode([payloadOf('planted'), payloadOf('planted')]);
    expect(one?.data).not.toEqual(two?.data);
  });

  test('that was never encrypted is read as it is', async () => {
    const codec = new EncryptionCodec({ keys: { 'key-1': OLD }, activeKey: 'key-1' });
    const plain = payloadOf('from before');
    expect(await codec.decode([plain])).toEqual([plain]);
  });
});

describe('after a rotation', () => {
  const before = new EncryptionCodec({ keys: { old: OLD }, activeKey: 'old' });
  const after = new EncryptionCodec({ keys: { old: OLD, new: NEW }, activeKey: 'new' });

  test('what the old key has encrypted can be read', async () => {
    const [back] = await after.decode(await before.encode([payloadOf('planted')]));
    expect(defaultPayloadConverter.fromPayload(back as Payload)).toBe('planted');
  });

  test('the new key encrypts', async () => {
    const [sealed] = await after.encode([payloadOf('planted')]);
    expect(text(sealed?.metadata?.['encryption-key-id'])).toBe('new');
  });

  test('who has only the old key is told which is missing', async () => {
    const read = before.decode(await after.encode([payloadOf('planted')]));
    await expect(read).rejects.toThrow(UnknownEncryptionKeyError);
    await expect(read).rejects.toMatchObject({ code: 'UNKNOWN_ENCRYPTION_KEY', keyId: 'new' });
    await expect(read).rejects.toThrow(
      "encryption.keys: it was encrypted with the key 'new', which is not there: there are 'old'; a key",
    );
  });
});

describe('what can not be decrypted is an error that names the key', () => {
  const codec = new EncryptionCodec({ keys: { 'key-1': OLD }, activeKey: 'key-1' });

  test.each([
    ['a changed payload', (data: Uint8Array) => flipLastBit(data)],
    ['a changed initialisation vector', (data: Uint8Array) => Buffer.concat([randomBytes(12), data.subarray(12)])],
    ['a payload that was cut', (data: Uint8Array) => data.subarray(0, 20)],
    ['a payload without data', () => new Uint8Array()],
  ])('%s', async (_, change) => {
    const [sealed] = await codec.encode([payloadOf('planted')]);
    const read = codec.decode([{ ...sealed, data: change(sealed?.data as Uint8Array) }]);
    await expect(read).rejects.toThrow(DecryptionError);
    await expect(read).rejects.toThrow(
      /^encryption\.keys\['key-1'\]: it was changed since it was encrypted, or that key/,
    );
  });

  test('another key under the same id', async () => {
    const other = new EncryptionCodec({ keys: { 'key-1': NEW }, activeKey: 'key-1' });
    await expect(other.decode(await codec.encode([payloadOf('planted')]))).rejects.toThrow(DecryptionError);
  });
});

describe('keys are refused at once', () => {
  const short = randomBytes(16);
  test.each<[what: string, options: EncryptionOptions, message: string]>([
    ['that are too short', { keys: { a: short }, activeKey: 'a' }, "encryption.keys['a']: it has 16 bytes and must"],
    [
      'that are too short as base64',
      { keys: { a: short.toString('base64') }, activeKey: 'a' },
      "encryption.keys['a']: it has 16 bytes and must have 32; a key is 32 random bytes",
    ],
    ['that are no base64', { keys: { a: 'not base64!' }, activeKey: 'a' }, "encryption.keys['a']: it is not base64"],
    ['that are hexadecimal', { keys: { a: randomBytes(32).toString('hex') }, activeKey: 'a' }, 'it has 48 bytes'],
    ['that are neither', { keys: { a: 7 as never }, activeKey: 'a' }, "encryption.keys['a']: it is number"],
    ['without an id', { keys: { '': OLD }, activeKey: '' }, 'the id of a key is empty'],
    [
      'among which the active one is missing',
      { keys: { a: OLD }, activeKey: 'b' },
      "encryption.activeKey: there is no key 'b'; encryption.keys has 'a'",
    ],
    ['of which there are none', { keys: {}, activeKey: 'a' }, "there is no key 'a'; encryption.keys is empty"],
    [
      'whose active one is a name that every object has',
      { keys: { a: OLD }, activeKey: 'toString' },
      'there is no key',
    ],
  ])('%s', (_, options, message) => {
    expect(() => new EncryptionCodec(options)).toThrow(EncryptionOptionsError);
    expect(() => new EncryptionCodec(options)).toThrow(message);
  });

  test('without a word of what they are', () => {
    const options = { keys: { a: 'c2VjcmV0', b: '?secret?' }, activeKey: 'a' };
    expect(() => new EncryptionCodec(options)).toThrow(expect.not.stringMatching(/c2VjcmV0|secret/));
  });
});

describe('a data converter', () => {
  const encryption = { keys: { 'key-1': OLD }, activeKey: 'key-1' };

  test('encrypts after the codecs that it has already', () => {
    const own = new EncryptionCodec({ keys: { own: NEW }, activeKey: 'own' });
    const { payloadCodecs } = encryptedDataConverter(encryption, { payloadCodecs: [own] });
    expect(payloadCodecs).toEqual([own, expect.any(EncryptionCodec)]);
  });

  test('with a failure converter of its own is refused', () => {
    expect(() => encryptedDataConverter(encryption, { failureConverterPath: '/own.js' })).toThrow(
      /^dataConverter\.failureConverterPath: it would take the place of the one that encodes messages/,
    );
  });
});

function payloadOf(value: unknown): Payload {
  return defaultPayloadConverter.toPayload(value);
}

function bytes(value: string): Uint8Array {
  return Buffer.from(value);
}

function text(value: Uint8Array | null | undefined): string {
  return Buffer.from(value ?? []).toString();
}

function flipLastBit(data: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(data);
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  return changed;
}
