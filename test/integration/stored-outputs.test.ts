import { randomBytes } from 'node:crypto';
import { S3StorageDriver } from '@temporalio/external-storage-s3';
import { AwsSdkS3StorageDriverClient } from '@temporalio/external-storage-s3-aws-sdk';
import { describe, expect, inject, test } from 'vitest';
import { OrchestrationEngine, workflow } from '../../src/index.js';
import { MemoryStorage } from '../support/memory-storage.js';
import { startS3Server } from '../support/s3-server.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

const KIBIBYTE = 1024;
/** Of the JSON of a text with so many characters. */
const text = (bytes: number) => 'x'.repeat(Math.max(0, bytes - 2));

const passing = (bytes: number) =>
  workflow('passing', {}, ({ task }) => {
    const make = task('make', { run: () => text(bytes) });
    const measure = task('measure', { needs: { make }, run: ({ make }) => make.length });
    return { make, measure };
  });

async function engineWith(storage: MemoryStorage): Promise<OrchestrationEngine> {
  const { client, taskQueue } = await connectEngine();
  return OrchestrationEngine.connect({ client, taskQueue, storage });
}

test('what is stored is encrypted, where the run is', async () => {
  const storage = new MemoryStorage();
  const encryption = { keys: { first: randomBytes(32) }, activeKey: 'first' };
  const { taskQueue, client } = await connectEngine();
  await client.connection.close();
  await using engine = await OrchestrationEngine.connect({
    address: inject('temporalAddress'),
    taskQueue,
    storage,
    encryption,
  });
  const definition = workflow('hiding', {}, ({ task }) => ({
    report: task('report', { run: () => `${'x'.repeat(20_000)} a planted marker` }),
  }));
  await withWorker(
    engine,
    [definition],
    async () => expect((await engine.execute(definition)).report).toMatch(/ a planted marker$/),
    { storage, encryption },
  );
  const stored = [...storage.objects.values()].map(({ data }) => Buffer.from(data ?? []).toString('latin1'));
  expect(stored).toHaveLength(1);
  expect(stored.join()).not.toMatch(/marker|xxxx|eHh4/);
});

test('S3 serves as storage of a run', async () => {
  await using server = await startS3Server();
  const storage = new S3StorageDriver({
    client: new AwsSdkS3StorageDriverClient(server.client),
    bucket: server.bucket,
  });
  const { client, taskQueue } = await connectEngine();
  const engine = await OrchestrationEngine.connect({ client, taskQueue, storage });
  const definition = passing(3 * KIBIBYTE ** 2);
  await withWorker(
    engine,
    [definition],
    async () => {
      const run = await engine.start(definition);
      expect((await run.result()).measure).toBe(3 * KIBIBYTE ** 2 - 2);
      expect((await run.status()).tasks[0]?.output).toEqual({ bytes: 3 * KIBIBYTE ** 2, storage: 'aws.s3driver' });
    },
    { storage },
  );
});

describe('an output', () => {
  test.each([
    ['of nothing', 2, 0],
    ['of the budget', 8 * KIBIBYTE, 0],
    ['of a byte more', 8 * KIBIBYTE + 1, 1],
    ['of 2 MiB', 2 * KIBIBYTE ** 2, 1],
    ['of 50 MiB', 50 * KIBIBYTE ** 2, 1],
  ])('%s reaches what needs it, and the caller', async (_, bytes, stores) => {
    const storage = new MemoryStorage();
    const engine = await engineWith(storage);
    const definition = passing(bytes);
    await withWorker(
      engine,
      [definition],
      async () => {
        const run = await engine.start(definition);
        const { make, measure } = await run.result();
        expect({ made: make.length, measured: measure, stores: storage.stores }).toEqual({
          made: Math.max(0, bytes - 2),
          measured: Math.max(0, bytes - 2),
          stores,
        });
        expect(await run.output('make')).toHaveLength(Math.max(0, bytes - 2));
      },
      { storage },
    );
  });
});
