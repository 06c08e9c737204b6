import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Payload, StorageDriverClaim } from '@temporalio/common';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StoredObjectMissingError } from '../../src/data/driver-errors.js';
import { FileSystemStorageDriver } from '../../src/data/file-system-storage-driver.js';
import { listedObjects } from '../support/listed-objects.js';
import { payloadOf } from '../support/payload-of.js';
import { type ClaimData, StoringProcess, storingCommand } from '../support/storing-process.js';

const MIB = 1024 * 1024;

let folder: string;
let driver: FileSystemStorageDriver;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pawl-storage-crash-'));
  driver = new FileSystemStorageDriver({ folder });
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a writer that is killed', () => {
  test.each([
    ['half a file is written', 8 * MIB],
    ['the file has no name yet', 16 * MIB],
  ] as const)('when %s leaves no object, and what it leaves can be collected', async (death, leftBytes) => {
    await using writer = new StoringProcess({ folder, bytes: 16 * MIB, stores: { count: 1 }, death });
    expect(await writer.ended).toMatchObject({ signal: 'SIGKILL' });

    const left = await listedObjects(driver);
    expect(left.map(({ claimData }) => claimData.key)).toEqual([expect.stringMatching(/\.tmp$/)]);
    expect(Math.abs((left[0]?.bytes ?? 0) - leftBytes)).toBeLessThan(100);
    expect(await driver.delete(left)).toEqual(left);
  });

  test('does not keep the next from storing the same', async () => {
    const settings = { folder, bytes: MIB, stores: { count: 1 } } as const;
    await using killed = new StoringProcess({ ...settings, death: 'half a file is written' });
    await killed.ended;
    await using next = new StoringProcess(settings);
    expect(await retrieve(await next.claims(1))).toEqual([digestOf(payloadOf(MIB))]);
  });

  test('has stored all that it said it had, and everything that has a name is whole', async () => {
    await using writer = new StoringProcess({ folder, bytes: 4 * MIB, stores: 'endlessly' });
    const claims = await writer.claims(5);
    await writer.kill();
    expect(await retrieve(claims)).toEqual([0, 1, 2, 3, 4].map((seed) => digestOf(payloadOf(4 * MIB, seed))));
    const named = (await keysIn()).filter((key) => !key.endsWith('.tmp'));
    await expect(retrieve(named.map((key) => ({ key })))).resolves.toHaveLength(named.length);
  });
});

describe('several processes at once', () => {
  test('that store the same leave each object once, and nothing else', async () => {
    const settings = { folder, bytes: MIB, stores: { count: 20 } } as const;
    const writers = Array.from({ length: 3 }, () => new StoringProcess(settings));
    const claims = await Promise.all(writers.map((writer) => writer.claims(20)));
    expect((await Promise.all(writers.map((writer) => writer.ended))).map(({ code }) => code)).toEqual([0, 0, 0]);

    expect(claims[1]).toEqual(claims[0]);
    expect(claims[2]).toEqual(claims[0]);
    expect(new Set(await keysIn())).toEqual(new Set(claims[0]?.map(({ key }) => key)));
    expect(await retrieve(claims[0] ?? [])).toEqual(
      Array.from({ length: 20 }, (_, seed) => digestOf(payloadOf(MIB, seed))),
    );
  });

  test('never show half of what is written, removed and written again', async () => {
    const settings = { folder, bytes: 4 * MIB, stores: 'and removes' } as const;
    await using one = new StoringProcess(settings);
    await using other = new StoringProcess(settings);
    const [claim] = await one.claims(1);
    await other.claims(1);

    const whole = digestOf(payloadOf(4 * MIB));
    for (let seen = 0; seen < 30; ) {
      const read = await retrieve([claim as ClaimData]).catch((error: unknown) => error);
      if (read instanceof StoredObjectMissingError) continue; // just removed
      expect(read).toEqual([whole]);
      seen++;
    }
  });
});

test('a disk that takes no more fails the store with the reason, and keeps no part of the file', async () => {
  // A limit on the size of files stands in for the end of a disk: the system takes a part, and then refuses.
  const [program, ...args] = storingCommand({ folder, bytes: 16 * MIB, stores: { count: 1 } });
  const limited = ['-c', 'ulimit -f 8192; exec "$@"', 'limited', program, ...args];
  const writer = spawn('bash', limited, { stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  writer.stderr.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  await once(writer, 'close');
  expect(output).toMatch(
    /StorageUnusableError: .*bytes can't be stored: the file would be larger than files may be here/,
  );
  expect(await keysIn()).toEqual([]);
});

/** The digests of what is stored, which are compared faster than the bytes. */
async function retrieve(claims: readonly ClaimData[]): Promise<string[]> {
  const payloads = await driver.retrieve(
    {},
    claims.map((claimData) => new StorageDriverClaim(claimData)),
  );
  return payloads.map(digestOf);
}

function digestOf({ data }: Payload): string {
  return createHash('sha256')
    .update(data ?? '')
    .digest('hex');
}

/** Of all files, whether `list` knows them or not. */
async function keysIn(): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));
}
