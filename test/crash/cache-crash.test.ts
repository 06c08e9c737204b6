import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { OrchestrationEngine, type Run } from '../../src/index.js';
import { cachedBuild } from '../support/cached-build.js';
import { readEntries } from '../support/entry-log.js';
import { WorkerProcess } from '../support/worker-process.js';

const SCRIPT = fileURLToPath(new URL('../support/cached-build-script.ts', import.meta.url));
/** Milliseconds; processes are started, and one is killed: it takes half a minute on two idle cores. */
const TIMEOUT = 240_000;

let folder: string;
let engine: OrchestrationEngine;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pawl-cache-'));
  vi.stubEnv('PAWL_CACHE_DIR', folder); // the workers have it, too
  engine = await OrchestrationEngine.connect({ address: inject('temporalAddress'), taskQueue: `test-${randomUUID()}` });
});

afterAll(async () => {
  await engine.close();
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

test(
  'what a worker has cached outlives it, in files',
  async () => {
    const log = join(folder, 'outlives.log');
    const input = { log, ref: 'outlives' };
    const first = await engine.start(cachedBuild, input);
    const made = await withWorkerProcess(() => first.result());
    const second = await engine.start(cachedBuild, input);
    expect(await withWorkerProcess(() => second.result())).toEqual(made);
    expect(readEntries(log)).toHaveLength(1);
    expect(await cachedOf(second)).toEqual({ workflowId: first.id, runId: first.runId });
  },
  TIMEOUT,
);

test(
  'a worker that is killed when it has cached an output, and before Temporal knows it, has not worked in vain',
  async () => {
    const log = join(folder, 'killed.log');
    const run = await engine.start(cachedBuild, { log, ref: 'killed' });
    await using killed = startWorker();
    await killed.ready;
    killed.go({ moment: 'handler returned', nth: 1, action: 'die' });
    expect(await killed.ended).toBe('SIGKILL');
    await withWorkerProcess(() => run.result());
    expect(readEntries(log)).toHaveLength(1);
    expect(await cachedOf(run)).toEqual({ workflowId: run.id, runId: run.runId });
  },
  TIMEOUT,
);

function startWorker(): WorkerProcess {
  const identity = `worker-${randomUUID()}`;
  return new WorkerProcess({ address: inject('temporalAddress'), taskQueue: engine.taskQueue, identity }, SCRIPT);
}

async function withWorkerProcess<T>(use: () => Promise<T>): Promise<T> {
  await using worker = startWorker();
  await worker.ready;
  worker.go();
  return await use();
}

async function cachedOf(run: Run<unknown>) {
  const { tasks } = await run.status();
  return tasks.find(({ id }) => id === 'build')?.cached;
}
