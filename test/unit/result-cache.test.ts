import { EventEmitter } from 'node:events';
import type { PayloadCodec } from '@temporalio/common';
import { Keyv } from 'keyv';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Json } from '../../src/core/json.js';
import { ResultCache, type ResultCacheOptions } from '../../src/data/cache/result-cache.js';
import { type ResultStore, resultStore } from '../../src/data/cache/result-store.js';
import { OutputStore } from '../../src/data/output-store.js';
import { MemoryStorage } from '../support/memory-storage.js';

const MADE_BY = { workflowId: 'release-41', runId: 'first' };
const HOUR = 3_600_000;
const large = 'x'.repeat(8 * 1024);

afterEach(() => {
  vi.useRealTimers();
});

/** A cache over a map, with the warnings that it gives. */
function cacheOf({
  codecs,
  ...options
}: Partial<ResultCacheOptions> & { readonly codecs?: readonly PayloadCodec[] } = {}) {
  const entries = new Map<string, string>();
  const storage = new MemoryStorage();
  const warnings: string[] = [];
  const cache = new ResultCache({
    store: new Keyv({ store: entries, useKeyPrefix: false }),
    outputs: new OutputStore({ drivers: [storage], namespace: 'default', codecs }),
    ...options,
  });
  const warn = (message: string) => void warnings.push(message);
  return {
    entries,
    storage,
    warnings,
    read: () => cache.read('key', warn),
    write: (output: Json | undefined, ttl = HOUR) => cache.write('key', ttl, { output, madeBy: MADE_BY }, warn),
  };
}

describe('the cache gives', () => {
  test.each<[string, Json | undefined]>([
    ['an object', { image: 'app', layers: [1, 2] }],
    ['null', null],
    ['nothing at all', undefined],
    ['what has just room in an entry', large.slice(2)],
    ['what has not', large],
  ])('%s as it was, with the run that made it', async (_, output) => {
    const { read, write, warnings } = cacheOf();
    await write(output);
    expect(await read()).toEqual({ output, madeBy: MADE_BY });
    expect(warnings).toEqual([]);
  });

  test('nothing that was not written', async () => {
    const { read, warnings } = cacheOf();
    expect(await read()).toBeUndefined();
    expect(warnings).toEqual([]);
  });

  test('nothing whose time to live is over', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { read, write, entries } = cacheOf();
    await write('image', 1_000);
    vi.setSystemTime(Date.now() + 1_001);
    expect(await read()).toBeUndefined();
    expect(entries.size).toBe(0);
  });
});

describe('an entry is not used, and removed,', () => {
  /** Writes an entry, and changes what the store holds of it. */
  async function changed(change: (text: string) => string) {
    const cached = cacheOf();
    await cached.write({ image: 'app' });
    const [key = ''] = cached.entries.keys();
    const { value, ...rest } = JSON.parse(cached.entries.get(key) ?? '');
    cached.entries.set(key, JSON.stringify({ ...rest, value: change(value) }));
    return cached;
  }

  test.each<[string, (text: string) => string]>([
    ['half of which is missing', (text) => text.slice(0, text.length / 2)],
    ['of which a character is another', (text) => text.replace(/"data":"./, '"data":"!')],
    ['of another format', (text) => text.replace('"format":1', '"format":2')],
    ['that is no entry', () => 'somebody else uses this store'],
  ])('%s', async (_, change) => {
    const { read, entries, warnings } = await changed(change);
    expect(await read()).toBeUndefined();
    expect(entries.size).toBe(0);
    expect(warnings).toEqual([]);
  });

  test('whose stored output is gone', async () => {
    const { read, write, entries, storage } = cacheOf();
    await write({ text: large, nr: Math.random() });
    const [[key] = ['']] = storage.objects;
    storage.objects.delete(key);
    const elsewhere = new OutputStore({ drivers: [storage], namespace: 'default' }); // which has nothing in memory
    const store = new Keyv({ store: entries, useKeyPrefix: false });
    expect(await new ResultCache({ store, outputs: elsewhere }).read('key', () => {})).toBeUndefined();
    expect(entries.size).toBe(0);
    expect(await read()).toBeUndefined();
  });
});

describe('what goes wrong is a warning, and nothing more:', () => {
  const failing = (failure: () => never | Promise<never>): ResultStore => ({
    get: async () => failure(),
    set: async () => failure(),
    delete: async () => failure(),
  });
  const down = failing(() => {
    throw new Error('connection refused');
  });
  const hanging = failing(() => new Promise<never>(() => {}));

  test.each([
    ['a store that fails', { store: down }, /connection refused/],
    ['a store that does not answer', { store: hanging, patience: 10 }, /no answer within 0.01 s/],
  ])('%s', async (_, options, reason) => {
    const { read, write, warnings } = cacheOf(options);
    await write('image');
    expect(await read()).toBeUndefined();
    expect(warnings).toEqual([expect.stringMatching(reason), expect.stringMatching(reason)]);
    expect(warnings[0]).toMatch(/^the output is not cached: /);
    expect(warnings[1]).toMatch(/^the cache can't be read, and the task runs: /);
  });

  test('a store that does not take an entry', async () => {
    const { write, warnings } = cacheOf({ store: emptyStore });
    await write('image');
    expect(warnings).toEqual(['the output is not cached: the store did not take it']);
  });

  test('an output that is too large for an entry, where there is no storage', async () => {
    const { read, write, warnings } = cacheOf({ outputs: new OutputStore({ drivers: [], namespace: 'default' }) });
    await write(large);
    expect(warnings).toEqual([expect.stringMatching(/an entry holds 8 KiB, and there is no storage for more$/)]);
    expect(await read()).toBeUndefined();
  });

  test('an entry that this worker has no key for, which stays for those that have', async () => {
    const { write, entries } = cacheOf({ codecs: [reversing('a')] });
    await write('image');
    const other = cacheOf({ codecs: [reversing('b')], store: new Keyv({ store: entries, useKeyPrefix: false }) });
    expect(await other.read()).toBeUndefined();
    expect(other.warnings).toEqual([expect.stringContaining('no such key')]);
    expect(entries.size).toBe(1);
  });
});

test('entries and what is stored beside them pass the payload codecs', async () => {
  const { read, write, entries, storage } = cacheOf({ codecs: [reversing('a')] });
  await write('the marker');
  await write(`the marker ${large}`);
  const kept = [...entries.values()].map((text) => JSON.parse(JSON.parse(text).value).data);
  const stored = [...storage.objects.values()].map(({ data }) => Buffer.from(data ?? []).toString());
  expect(Buffer.from(kept.join(''), 'base64').toString()).not.toContain('the marker');
  expect(stored.join('')).not.toContain('the marker');
  expect((await read())?.output).toBe(`the marker ${large}`);
});

describe('where results are kept', () => {
  test('may be a Keyv, which is used as it is', () => {
    const keyv = new Keyv();
    expect(resultStore(keyv, undefined)).toBe(keyv);
  });

  test('may be a Keyv whose store breaks when nobody asks it', () => {
    const keyv = Object.assign(new EventEmitter(), { ...emptyStore, opts: { store: new Map() } });
    resultStore(keyv, undefined);
    expect(() => keyv.emit('error', new Error('connection lost'))).not.toThrow();
  });

  test('may be a store of a Keyv', async () => {
    const map = new Map<string, unknown>();
    await resultStore(map, undefined)?.set('key', 'value', HOUR);
    expect(map.size).toBe(1);
  });

  test.each([
    ['files, with a server on this machine', 'localhost:7233', true],
    ['nowhere, with a server elsewhere', 'temporal.example:7233', false],
    ['nowhere, with a server that is not known', undefined, false],
  ])('is else %s', (_, address, isSomewhere) => {
    expect(resultStore(undefined, address) !== undefined).toBe(isSomewhere);
  });
});

/** It takes nothing. */
const emptyStore: ResultStore = { get: async () => undefined, set: async () => false, delete: async () => false };

/** Stands for encryption: what it has encoded can't be read, and only with the same key decoded. */
function reversing(key: string): PayloadCodec {
  const turned = (data: Uint8Array | null | undefined) => Uint8Array.from(data ?? []).reverse();
  return {
    encode: async (payloads) =>
      payloads.map(({ data, metadata }) => ({
        data: turned(data),
        metadata: { ...metadata, key: new TextEncoder().encode(key) },
      })),
    decode: async (payloads) =>
      payloads.map(({ data, metadata }) => {
        if (new TextDecoder().decode(metadata?.key ?? undefined) !== key) throw new Error('no such key');
        return { data: turned(data), metadata: metadata ?? null };
      }),
  };
}
