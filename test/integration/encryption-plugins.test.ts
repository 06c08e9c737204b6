import { randomBytes, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import type { PayloadCodec } from '@temporalio/common';
import { SimplePlugin } from '@temporalio/plugin';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { EncryptionOptionsError, encryptedDataConverter, OrchestrationEngine, workflow } from '../../src/index.js';
import { PawlPlugin } from '../../worker/index.js';
import { historyOf } from '../support/run-history.js';
import { withWorker } from '../support/worker-and-engine.js';

const encryption = { keys: { a: randomBytes(32) }, activeKey: 'a' };
const release = workflow('release', {}, ({ task }) => ({ build: task('build', { run: () => 'image' }) }));
const userWorkflows = fileURLToPath(new URL('../support/user-workflows/workflows.ts', import.meta.url));

let connection: NativeConnection;

beforeAll(async () => {
  connection = await NativeConnection.connect({ address: inject('temporalAddress') });
});
afterAll(() => connection.close());

test('a worker of your own encrypts for your own workflows, too, bundled at start', async () => {
  const taskQueue = randomUUID();
  const client = new Client({
    connection: await Connection.connect({ address: inject('temporalAddress') }),
    dataConverter: encryptedDataConverter(encryption),
  });
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowsPath: userWorkflows,
    activities: { greet: async (name: string) => `Hello, ${name}!` },
    plugins: [new PawlPlugin({ workflows: [release], encryption })],
  });
  await worker.runUntil(async () => {
    const greeter = await client.workflow.start('greeter', { args: ['Ada'], taskQueue, workflowId: randomUUID() });
    expect(await greeter.result()).toBe('Hello, Ada!');
    const { events } = await greeter.fetchHistory();
    expect(JSON.stringify(events)).not.toContain(Buffer.from('"Ada"').toString('base64'));

    const caller = await client.workflow.start('caller', { args: ['Ada'], taskQueue, workflowId: randomUUID() });
    await expect(caller.result()).rejects.toThrow('Workflow execution failed');
    const failed = (await caller.fetchHistory()).events?.at(-1)?.workflowExecutionFailedEventAttributes?.failure;
    expect([failed?.message, failed?.cause?.message]).toEqual(['Encoded failure', 'Encoded failure']);

    await using engine = await OrchestrationEngine.connect({ client, taskQueue });
    expect(await engine.execute(release)).toEqual({ build: 'image' });
  });
  await client.connection.close();
});

test('a plugin that brings codecs of its own to the engine does not take the place of encryption', async () => {
  const marking = new SimplePlugin({ name: 'marking', dataConverter: { payloadCodecs: [] } });
  const settings = { address: inject('temporalAddress'), taskQueue: randomUUID() };
  await using engine = await OrchestrationEngine.connect({ ...settings, encryption, plugins: [marking] });
  await withWorker(
    engine,
    [release],
    async () => {
      const run = await engine.start(release);
      expect(await run.result()).toEqual({ build: 'image' });
      const [started] = await historyOf(engine, run);
      const [input] = started?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
      expect(Buffer.from(input?.metadata?.encoding ?? []).toString()).toBe('binary/encrypted');
    },
    { encryption },
  );
});

test('a worker whose outputs would be stored without the codecs of a later plugin does not run', async () => {
  const codec: PayloadCodec = { encode: async (payloads) => payloads, decode: async (payloads) => payloads };
  const later = new SimplePlugin({ name: 'later', dataConverter: { payloadCodecs: [codec] } });
  const plugins = [new PawlPlugin({ workflows: [release] }), later];
  const kept = await NativeConnection.connect({ address: inject('temporalAddress') });
  const worker = await Worker.create({ connection: kept, taskQueue: randomUUID(), plugins });
  await expect(worker.run()).rejects.toThrow(
    'another plugin changes the payload codecs, and stored outputs would not pass them',
  );
});

test('a worker whose later plugin has put another data converter there does not run', async () => {
  const later = new SimplePlugin({ name: 'later', dataConverter: { payloadCodecs: [] } });
  const plugins = [new PawlPlugin({ workflows: [release], encryption }), later];
  // Of its own, and left open: a worker that never ran keeps hold of it.
  const kept = await NativeConnection.connect({ address: inject('temporalAddress') });
  const worker = await Worker.create({ connection: kept, taskQueue: randomUUID(), plugins });
  const run = worker.run();
  await expect(run).rejects.toThrow(EncryptionOptionsError);
  await expect(run).rejects.toThrow('another plugin has put a data converter in the place of the one that encrypts');
});
