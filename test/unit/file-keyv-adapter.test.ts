import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Keyv } from 'keyv';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FileKeyvAdapter } from '../../src/data/cache/file-keyv-adapter.js';

let folder: string;
const open = () => new Keyv({ store: new FileKeyvAdapter(folder), throwOnErrors: true });
const files = () => readdir(folder);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pawl-results-'));
});

afterEach(async () => {
  vi.useRealTimers();
  await rm(folder, { recursive: true, force: true });
});

test('what one Keyv has written another reads', async () => {
  await open().set('pawl:key', 'value', 60_000);
  expect(await open().get('pawl:key')).toBe('value');
});

test('an entry is one file, and another with its key takes its place', async () => {
  const cache = open();
  await cache.set('key', 'old');
  await cache.set('key', 'new');
  expect(await files()).toHaveLength(1);
  expect(await cache.get('key')).toBe('new');
});

test('a key that looks like a path leads nowhere else', async () => {
  await open().set('../../key', 'value');
  expect(await open().get('../../key')).toBe('value');
  expect(await files()).toHaveLength(1);
});

test('what is not there is not found, and not deleted', async () => {
  const cache = open();
  expect(await cache.get('key')).toBeUndefined();
  expect(await cache.delete('key')).toBe(false);
});

test('what is deleted is not found any more', async () => {
  const cache = open();
  await cache.set('key', 'value');
  expect(await cache.delete('key')).toBe(true);
  expect(await cache.get('key')).toBeUndefined();
});

test('what has expired is removed when it is met', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const cache = open();
  await cache.set('key', 'value', 1_000);
  vi.setSystemTime(Date.now() + 1_001);
  expect(await cache.get('key')).toBeUndefined();
  expect(await files()).toEqual([]);
});

test('a damaged file is removed when it is met', async () => {
  const cache = open();
  await cache.set('key', 'value');
  const [name = ''] = await files();
  const text = await readFile(join(folder, name), 'utf8');
  await writeFile(join(folder, name), text.slice(0, text.length / 2));
  expect(await cache.get('key')).toBeUndefined();
  expect(await files()).toEqual([]);
});

test('all of it is removed at once', async () => {
  const cache = open();
  await cache.set('key', 'value');
  await cache.clear();
  expect(await cache.get('key')).toBeUndefined();
});
