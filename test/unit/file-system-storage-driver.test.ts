import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Payload, StorageDriverClaim } from '@temporalio/common';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { isCollectable, type StoredObject } from '../../src/data/collectable-storage-driver.js';
import {
  InvalidClaimError,
  StorageUnusableError,
  StoredObjectCorruptError,
  StoredObjectMissingError,
} from '../../src/data/driver-errors.js';
import { FileSystemStorageDriver } from '../../src/data/file-system-storage-driver.js';
import { listedObjects } from '../support/listed-objects.js';
import { payloadOf } from '../support/payload-of.js';

let folder: string;
let driver: FileSystemStorageDriver;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pawl-storage-'));
  driver = new FileSystemStorageDriver({ folder: join(folder, 'storage') });
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the folder', () => {
  afterEach(() => vi.unstubAllEnvs());

  test('is the one that was given, as an absolute path', () => {
    expect(new FileSystemStorageDriver({ folder: 'here' }).folder).toBe(join(process.cwd(), 'here'));
  });

  test('is PAWL_STORAGE_DIR by default', () => {
    vi.stubEnv('PAWL_STORAGE_DIR', '/volume/outputs');
    expect(new FileSystemStorageDriver().folder).toBe('/volume/outputs');
  });

  test("is `storage` in Pawl's cache folder without that", () => {
    vi.stubEnv('PAWL_STORAGE_DIR', '');
    vi.stubEnv('PAWL_CACHE_DIR', '/cache');
    expect(new FileSystemStorageDriver().folder).toBe('/cache/storage');
  });

  test('is made by the first store, for its owner alone', async () => {
    const path = await storedFile(payloadOf(10));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    for (let at = dirname(path); at !== folder; at = dirname(at)) expect((await stat(at)).mode & 0o777).toBe(0o700);
  });
});

describe('what is stored', () => {
  test.each([0, 1, 8 * 1024, 2 * 1024 * 1024, 50 * 1024 * 1024])('comes back: %i bytes', async (bytes) => {
    const payload = payloadOf(bytes);
    const claims = await driver.store({}, [payload]);
    expect(contentOf(await driver.retrieve({}, claims))).toEqual(contentOf([payload]));
  });

  test('comes back in the order of the claims, which may be the same', async () => {
    const payloads = Array.from({ length: 100 }, (_, i) => payloadOf(100, i % 30));
    const claims = await driver.store({}, payloads);
    expect(contentOf(await driver.retrieve({}, claims))).toEqual(contentOf(payloads));
  });

  test('comes back for a claim that was JSON on its way', async () => {
    const [claim] = await driver.store({}, [payloadOf(100)]);
    const travelled = new StorageDriverClaim(JSON.parse(JSON.stringify(claim?.claimData)));
    expect(contentOf(await driver.retrieve({}, [travelled]))).toEqual(contentOf([payloadOf(100)]));
  });

  test('comes back through another driver on the same folder', async () => {
    const claims = await driver.store({}, [payloadOf(100)]);
    const other = new FileSystemStorageDriver({ folder: driver.folder });
    expect(contentOf(await other.retrieve({}, claims))).toEqual(contentOf([payloadOf(100)]));
  });

  test('lies under the path in its claim', async () => {
    const [claim] = await driver.store({}, [payloadOf(100)]);
    expect(claim?.claimData.key).toMatch(/^v1\/other\/[0-9a-f]{64}$/);
    expect((await stat(join(driver.folder, claim?.claimData.key ?? ''))).isFile()).toBe(true);
  });

  test('is whole where many store the same at once', async () => {
    const payload = payloadOf(256 * 1024);
    const stores = await Promise.all(Array.from({ length: 50 }, () => driver.store({}, [payload, payload])));
    expect(new Set(stores.flat().map(({ claimData }) => claimData.key)).size).toBe(1);
    expect(await listed()).toHaveLength(1);
    expect(contentOf(await driver.retrieve({}, stores.flat().slice(0, 1)))).toEqual(contentOf([payload]));
  });
});

describe('what is there already', () => {
  test('is not written again, but counts as new', async () => {
    const path = await storedFile(payloadOf(100));
    await makeOld(path);
    const before = await stat(path);
    await driver.store({}, [payloadOf(100)]);
    const after = await stat(path);
    expect(after.ino).toBe(before.ino);
    expect(after.mtimeMs).toBeGreaterThan(before.mtimeMs);
  });

  test.each([
    ['cut short', (bytes: Buffer) => bytes.subarray(0, 10)],
    ['changed', (bytes: Buffer) => bytes.fill(1)],
  ])('is written again if it was %s', async (_, damage) => {
    const path = await storedFile(payloadOf(100));
    const whole = await readFile(path);
    await writeFile(path, damage(Buffer.from(whole)));
    await driver.store({}, [payloadOf(100)]);
    expect(await readFile(path)).toEqual(whole);
  });
});

describe('retrieving', () => {
  test('what was deleted fails with OBJECT_MISSING', async () => {
    const claims = await driver.store({}, [payloadOf(1), payloadOf(2)]);
    await driver.delete(await listed());
    const error = await failureOf(driver.retrieve({}, claims));
    expect(error).toBeInstanceOf(StoredObjectMissingError);
    expect(error).toMatchObject({ code: 'OBJECT_MISSING', message: expect.stringContaining('must run again') });
  });

  test('from a folder that is not there fails with OBJECT_MISSING', async () => {
    const claims = await driver.store({}, [payloadOf(1)]);
    const elsewhere = new FileSystemStorageDriver({ folder: join(folder, 'elsewhere') });
    expect(await failureOf(elsewhere.retrieve({}, claims))).toBeInstanceOf(StoredObjectMissingError);
  });

  test.each([
    ['cut short', (bytes: Buffer) => bytes.subarray(0, 50)],
    ['emptied', () => Buffer.alloc(0)],
    ['changed in one bit', (bytes: Buffer) => bytes.fill((bytes[99] ?? 0) ^ 1, 99, 100)],
  ])('a file that was %s fails with OBJECT_CORRUPT', async (_, damage) => {
    const [claim] = await driver.store({}, [payloadOf(100)]);
    const path = join(driver.folder, claim?.claimData.key ?? '');
    await writeFile(path, damage(await readFile(path)));
    const error = await failureOf(driver.retrieve({}, [claim as StorageDriverClaim]));
    expect(error).toBeInstanceOf(StoredObjectCorruptError);
    expect(error).toMatchObject({ code: 'OBJECT_CORRUPT', place: path });
  });

  test('what can not be read fails with STORAGE_UNUSABLE', async () => {
    const [claim] = await driver.store({}, [payloadOf(100)]);
    const path = join(driver.folder, claim?.claimData.key ?? '');
    await rm(path);
    await mkdir(path);
    const error = await failureOf(driver.retrieve({}, [claim as StorageDriverClaim]));
    expect(error).toBeInstanceOf(StorageUnusableError);
  });

  const digits = 'a'.repeat(64);
  test.each([
    ['leads out of the folder', { key: '../../etc/passwd' }],
    ['leads out of the folder behind a good beginning', { key: `v1/other/../../../../${digits}` }],
    ['is absolute', { key: `/v1/other/${digits}` }],
    ['goes on after its end', { key: `v1/other/${digits}\n` }],
    ['has capitals', { key: `v1/other/${digits.toUpperCase()}` }],
    ['is of another layout', { key: `v2/other/${digits}` }],
    ['is what a crashed writer left', { key: `v1/other/${digits}.123e4567-e89b-12d3-a456-426614174000.tmp` }],
    ["is another driver's", { bucket: 'outputs', key: 'v0/d/sha256/00' }],
    ['is missing', {}],
  ])('a claim is refused whose key %s', async (_, claimData) => {
    const error = await failureOf(driver.retrieve({}, [new StorageDriverClaim(claimData)]));
    expect(error).toBeInstanceOf(InvalidClaimError);
  });
});

describe('a folder that can not be written to', () => {
  test('fails the store with STORAGE_UNUSABLE, the reason and the path', async () => {
    await writeFile(join(folder, 'file'), '');
    const below = new FileSystemStorageDriver({ folder: join(folder, 'file/storage') });
    const error = await failureOf(below.store({}, [payloadOf(100)]));
    expect(error).toBeInstanceOf(StorageUnusableError);
    expect(error.message).toMatch(/file\/storage\/v1.*can't be stored: a part of the path is a file, not a folder/);
  });
});

describe('an aborted signal', () => {
  test('ends a store that has not begun, and nothing is stored', async () => {
    const reason = new Error('cancelled');
    const store = driver.store({ abortSignal: AbortSignal.abort(reason) }, [payloadOf(100)]);
    expect(await failureOf(store)).toBe(reason);
    expect(await listed()).toEqual([]);
  });

  test('ends a store under way, and nothing is left of what was not stored', async () => {
    const abort = new AbortController();
    const reason = new Error('cancelled');
    const store = driver.store({ abortSignal: abort.signal }, [payloadOf(8 * 1024 * 1024)]);
    abort.abort(reason);
    expect(await failureOf(store)).toBe(reason);
    expect(await listed()).toEqual([]);
  });

  test('ends a retrieval', async () => {
    const claims = await driver.store({}, [payloadOf(100)]);
    const reason = new Error('cancelled');
    expect(await failureOf(driver.retrieve({ abortSignal: AbortSignal.abort(reason) }, claims))).toBe(reason);
  });
});

describe('listing', () => {
  test('gives nothing where nothing was stored', async () => {
    expect(await listed()).toEqual([]);
  });

  test('gives the claim, time and size of each object', async () => {
    const claims = await driver.store({}, [payloadOf(100), payloadOf(2000)]);
    const objects = await listed();
    expect(new Set(objects.map(({ claimData }) => claimData.key))).toEqual(
      new Set(claims.map(({ claimData }) => claimData.key)),
    );
    for (const { claimData, modifiedAt, bytes } of objects) {
      const file = await stat(join(driver.folder, claimData.key ?? ''));
      expect({ modifiedAt, bytes }).toEqual({ modifiedAt: file.mtimeMs, bytes: file.size });
    }
  });

  test('gives what a crashed writer left, which can be deleted like an object', async () => {
    const path = `${await storedFile(payloadOf(100))}.123e4567-e89b-12d3-a456-426614174000.tmp`;
    await writeFile(path, 'half');
    const leftover = (await listed()).filter(({ claimData }) => claimData.key?.endsWith('.tmp'));
    expect(leftover).toMatchObject([{ bytes: 4 }]);
    expect(await driver.delete(leftover)).toEqual(leftover);
    expect(await listed()).toHaveLength(1);
  });

  test('passes over files that are not its own', async () => {
    const path = await storedFile(payloadOf(100));
    await writeFile(join(dirname(path), '.DS_Store'), '');
    await writeFile(join(dirname(dirname(path)), 'notes.txt'), '');
    expect(await listed()).toHaveLength(1);
  });
});

describe('deleting', () => {
  test('removes what was listed and says so', async () => {
    await driver.store({}, [payloadOf(1), payloadOf(2)]);
    const objects = await listed();
    expect(await driver.delete(objects)).toEqual(objects);
    expect(await filesIn(driver.folder)).toEqual([]);
  });

  test('leaves what was stored again since it was listed', async () => {
    const path = await storedFile(payloadOf(100));
    await makeOld(path);
    const objects = await listed();
    const claims = await driver.store({}, [payloadOf(100)]);
    expect(await driver.delete(objects)).toEqual([]);
    expect(contentOf(await driver.retrieve({}, claims))).toEqual(contentOf([payloadOf(100)]));
  });

  test('never removes what is stored at the same time', async () => {
    for (let round = 0; round < 200; round++) {
      await makeOld(await storedFile(payloadOf(100)));
      const objects = await listed();
      const [claims] = await Promise.all([driver.store({}, [payloadOf(100)]), driver.delete(objects)]);
      expect(contentOf(await driver.retrieve({}, claims))).toEqual(contentOf([payloadOf(100)]));
    }
  });

  test('passes over what somebody else has deleted', async () => {
    await driver.store({}, [payloadOf(1)]);
    const objects = await listed();
    await driver.delete(objects);
    expect(await driver.delete(objects)).toEqual([]);
  });

  test('refuses a key that leads out of the folder', async () => {
    const victim = join(folder, 'victim');
    await writeFile(victim, '');
    const { mtimeMs } = await stat(victim);
    const object = { claimData: { key: '../victim' }, owner: 'other', modifiedAt: mtimeMs, bytes: 0 };
    expect(await failureOf(driver.delete([object]))).toBeInstanceOf(InvalidClaimError);
    expect((await stat(victim)).isFile()).toBe(true);
  });
});

test('a driver that can list and delete is told from one that can not', () => {
  expect(isCollectable(driver)).toBe(true);
  const { name, type } = driver;
  expect(isCollectable({ name, type, store: async () => [], retrieve: async () => [] })).toBe(false);
});

/** Stores a payload and returns the path of its file. */
async function storedFile(payload: Payload): Promise<string> {
  const [claim] = await driver.store({}, [payload]);
  return join(driver.folder, claim?.claimData.key ?? '');
}

async function makeOld(path: string): Promise<void> {
  await utimes(path, 1_000_000_000, 1_000_000_000);
}

function listed(): Promise<StoredObject[]> {
  return listedObjects(driver);
}

async function filesIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.unreachable(),
    (error: Error) => error,
  );
}

/** What counts of payloads, in a form that is compared fast. */
function contentOf(payloads: readonly Payload[]): unknown {
  return payloads.map(({ data, metadata }) => ({
    data: Buffer.from(data ?? []).toString('latin1'),
    metadata: Object.entries(metadata ?? {}).map(([key, value]) => [key, Buffer.from(value).toString()]),
  }));
}
