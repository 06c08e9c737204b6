import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NativeConnection } from '@temporalio/worker';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import {
  FileSystemStorageDriver,
  OrchestrationEngine,
  type Run,
  type WorkflowDefinition,
  workflow,
} from '../../src/index.js';
import { createWorker, type DevServer, startDevServer } from '../../worker/index.js';

vi.setConfig({ testTimeout: 240_000 });

/** Of its own: what is collected depends on all runs of a namespace, and those of other tests are encrypted. */
let server: DevServer;
let folder: string;
let storage: FileSystemStorageDriver;
let engine: OrchestrationEngine;

beforeAll(async () => {
  server = await startDevServer({ dbFilename: 'memory' });
});

afterAll(() => server.stop());

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pawl-gc-'));
  storage = new FileSystemStorageDriver({ folder });
  engine = await OrchestrationEngine.connect({ address: server.address, storage });
});

afterEach(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

let isBroken = false;
const release = workflow('collected', {}, ({ task }) => {
  const build = task('build', { run: () => 'x'.repeat(20_000) });
  const deploy = task('deploy', {
    needs: { build },
    retry: { maximumAttempts: 1 },
    run: ({ build }) => {
      if (isBroken) throw new Error('the network is down');
      return build.length;
    },
  });
  return { build, deploy };
});

/** What was stored at all is old enough. */
const atOnce = { olderThan: 1 };

test('what a retained run has stored stays, and so does what is younger than a day', async () => {
  const run = await completedRun();
  expect(await engine.gc(atOnce)).toMatchObject({ deleted: 0, kept: 1 });
  await forget(run);
  expect(await engine.gc()).toMatchObject({ deleted: 0, kept: 1 });
});

test('what belongs to a run that Temporal does not retain any more is deleted; a dry run only counts it', async () => {
  const run = await completedRun();
  await forget(run);
  const counted = await engine.gc({ ...atOnce, dryRun: true });
  expect(counted).toMatchObject({ deleted: 1, kept: 0, skipped: [] });
  expect(counted.bytes).toBeGreaterThan(20_000);
  expect(await engine.gc(atOnce)).toEqual(counted);
  expect(await engine.gc(atOnce)).toMatchObject({ deleted: 0, bytes: 0, kept: 0 });
});

test('what a rerun uses of a run stays, though that run itself is not retained any more', async () => {
  isBroken = true;
  const failed = await engine.start(release, undefined, {});
  await withWorker(engine, [release], () => expect(failed.result()).rejects.toThrow('the network is down'));
  isBroken = false;
  const rerun = await engine.rerun(failed.id, { workflow: release, workflowId: `${failed.id}-again` });
  await forget(failed);
  await withWorker(engine, [release], () => rerun.result());
  expect(await engine.gc(atOnce)).toMatchObject({ deleted: 0, kept: 1 });
  expect((await rerun.result()).deploy).toBe(20_000);
  await forget(rerun);
  expect(await engine.gc(atOnce)).toMatchObject({ deleted: 1 });
});

test('what a rerun of a child workflow uses of that stays, though its parent, for which it was stored, is not retained any more', async () => {
  const parent = workflow('parent', {}, ({ subworkflow }) => ({ child: subworkflow('child', release) }));
  isBroken = true;
  const failed = await engine.start(parent);
  await withWorker(engine, [parent], () => expect(failed.result()).rejects.toThrow());
  isBroken = false;
  const rerun = await engine.rerun(`${failed.id}/child`, { workflow: release });
  await forget(failed);
  await withWorker(engine, [parent, release], () => rerun.result());
  expect(await engine.gc(atOnce)).toMatchObject({ deleted: 0, kept: 1 });
});

test('a duration that is none is refused', async () => {
  await expect(engine.gc({ olderThan: 'soon' as '1d' })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
});

async function completedRun(): Promise<Run<unknown>> {
  const run = await engine.start(release);
  await withWorker(engine, [release], () => run.result());
  return run;
}

/** As when its retention is over. The server takes its time to take a run out of its lists. */
async function forget({ id }: Pick<Run<unknown>, 'id'>): Promise<void> {
  const { client } = engine;
  const { namespace } = client.options;
  await client.workflowService.deleteWorkflowExecution({ namespace, workflowExecution: { workflowId: id } });
  const query = `WorkflowId = '${id}'`;
  const isListed = async () => (await client.workflow.count(query)).count > 0;
  await expect.poll(isListed, { timeout: 90_000, interval: 500 }).toBe(false);
}

async function withWorker<T>(
  { taskQueue }: OrchestrationEngine,
  workflows: readonly WorkflowDefinition[],
  use: () => Promise<T>,
): Promise<T> {
  const connection = await NativeConnection.connect({ address: server.address });
  try {
    const worker = await createWorker({ connection, taskQueue, workflows, storage, shutdownGraceTime: 0 });
    return await worker.runUntil(use());
  } finally {
    await connection.close();
  }
}
