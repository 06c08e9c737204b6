import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PayloadCodec } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { DecryptionError, UnknownEncryptionKeyError } from '../../src/data/encryption-errors.js';
import { FileSystemStorageDriver, OutputDamagedError, OutputGoneError, StorageFailedError } from '../../src/index.js';
import { MemoryStorage, memoryStore } from '../support/memory-storage.js';

const OWNER = { workflow: 'release', workflowId: 'release-42', runId: 'first' };
const text = (n: number) => `${n}`.padEnd(1_000, 'x');

describe('an output store', () => {
  test('loads what others push out of its memory meanwhile', async () => {
    const storage = new MemoryStorage();
    const store = memoryStore({ drivers: [storage] });
    const claims = await Promise.all(Array.from({ length: 50 }, (_, n) => store.store(text(n), OWNER)));
    const small = memoryStore({ drivers: [storage], cacheBytes: 1_500 });
    const loaded = await Promise.all(claims.map((claim) => small.load(claim)));
    expect(loaded).toEqual(claims.map((_, n) => text(n)));
  });

  test('without memory loads each time', async () => {
    const storage = new MemoryStorage();
    const store = memoryStore({ drivers: [storage], cacheBytes: 0 });
    const claim = await store.store(text(1), OWNER);
    expect([await store.load(claim), await store.load(claim)]).toEqual([text(1), text(1)]);
    expect(storage.retrievals).toBe(2);
  });

  test('fetches once what many want at once', async () => {
    const storage = new MemoryStorage();
    const claim = await memoryStore({ drivers: [storage] }).store(text(1), OWNER);
    const store = memoryStore({ drivers: [storage] });
    await Promise.all(Array.from({ length: 200 }, () => store.load(claim)));
    expect(storage.retrievals).toBe(1);
  });

  test('tries again after a failure, and does not remember it', async () => {
    const storage = new MemoryStorage();
    const claim = await memoryStore({ drivers: [storage] }).store(text(1), OWNER);
    storage.beforeRetrieve = () => {
      throw new Error('it is away');
    };
    const store = memoryStore({ drivers: [storage] });
    await expect(store.load(claim)).rejects.toThrow("the storage 'memory' could not retrieve it: it is away");
    storage.beforeRetrieve = () => {};
    expect(await store.load(claim)).toBe(text(1));
  });

  test('does not wait for ever for a request that hangs, nor do those who want the same later', async () => {
    const storage = new MemoryStorage();
    const claim = await memoryStore({ drivers: [storage] }).store(text(1), OWNER);
    storage.beforeRetrieve = () => new Promise(() => {});
    const store = memoryStore({ drivers: [storage], patience: 20 });
    await expect(store.load(claim)).rejects.toThrow(
      "the storage 'memory' could not retrieve it: no answer within 0.02 s",
    );
    storage.beforeRetrieve = () => {};
    expect(await store.load(claim)).toBe(text(1));
  });

  test.each([
    ['a changed payload', new DecryptionError('it was changed'), OutputDamagedError],
    ['a service for keys that is away', new Error('no route to the keys'), StorageFailedError],
    ['a key that this worker lacks', new UnknownEncryptionKeyError('2026-12', ['2026-11']), StorageFailedError],
  ])('says of %s that it is damaged only if it is', async (_, thrown, expected) => {
    const codec: PayloadCodec = {
      encode: async (payloads) => payloads,
      decode: async () => {
        throw thrown;
      },
    };
    const store = memoryStore({ codecs: [codec], cacheBytes: 0 });
    const claim = await store.store(text(1), OWNER);
    await expect(store.load(claim)).rejects.toBeInstanceOf(expected);
  });

  test('that can not store because there is no bucket does not say that an output is gone', async () => {
    const storage = new MemoryStorage();
    storage.beforeStore = () => {
      throw Object.assign(new Error('no such bucket'), { name: 'NoSuchBucket' });
    };
    const error = await memoryStore({ drivers: [storage] })
      .store(1, OWNER)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StorageFailedError);
    expect(error).not.toBeInstanceOf(OutputGoneError);
  });

  test('whose file was changed says that it is damaged, so that the task that made it is named', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pawl-damaged-'));
    try {
      const drivers = [new FileSystemStorageDriver({ folder })];
      const claim = await memoryStore({ drivers }).store(text(1), OWNER);
      await writeFile(join(folder, claim.data.key ?? ''), 'other bytes');
      const load = memoryStore({ drivers }).load(claim);
      await expect(load).rejects.toBeInstanceOf(OutputDamagedError);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('does not ask a second time for what the driver of S3 has found to be damaged', async () => {
    const storage = new MemoryStorage();
    const claim = await memoryStore({ drivers: [storage] }).store(text(1), OWNER);
    storage.beforeRetrieve = () => {
      throw Object.assign(new Error('S3StorageDriver integrity check failed [bucket=b]'), { name: 'ValueError' });
    };
    await expect(memoryStore({ drivers: [storage] }).load(claim)).rejects.toBeInstanceOf(OutputDamagedError);
    expect(storage.retrievals).toBe(1);
  });
});
