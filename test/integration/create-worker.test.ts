import { NativeConnection } from '@temporalio/worker';
import { afterEach, expect, inject, test, vi } from 'vitest';
import { ServerUnreachableError, workflow } from '../../src/index.js';
import { createWorker } from '../../worker/index.js';
import { deferred } from '../support/deferred.js';
import { taskOf } from '../support/snapshots.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

const release = workflow('release', {}, ({ task }) => ({ build: task('build', { run: () => 'image' }) }));

afterEach(() => vi.unstubAllEnvs());

test('createWorker connects to the server that TEMPORAL_ADDRESS names, and closes that connection at the end', async () => {
  await using engine = await connectEngine();
  vi.stubEnv('TEMPORAL_ADDRESS', inject('temporalAddress'));
  const close = vi.spyOn(NativeConnection.prototype, 'close');
  const worker = await createWorker({ workflows: [release], taskQueue: engine.taskQueue });
  expect(await worker.runUntil(engine.execute(release))).toEqual({ build: 'image' });
  expect(close).toHaveBeenCalledOnce();
});

test('createWorker says which server it missed', async () => {
  vi.stubEnv('TEMPORAL_ADDRESS', '127.0.0.1:9');
  const created = createWorker({ workflows: [release] });
  await expect(created).rejects.toThrow(ServerUnreachableError);
  await expect(created).rejects.toThrow(/^127\.0\.0\.1:9: no Temporal server answers.*set TEMPORAL_ADDRESS$/s);
});

test('createWorker polls the task queue `pawl` unless told otherwise', async () => {
  const connection = await NativeConnection.connect({ address: inject('temporalAddress') });
  const worker = await createWorker({ connection, workflows: [release] });
  expect(worker.options.taskQueue).toBe('pawl');
  await worker.runUntil(async () => {});
  await connection.close();
});

test('a worker polls soon after createWorker, since nothing has to be bundled', async () => {
  const connection = await NativeConnection.connect({ address: inject('temporalAddress') });
  await using engine = await connectEngine();
  const before = performance.now();
  const worker = await createWorker({ connection, taskQueue: engine.taskQueue, workflows: [release] });
  await worker.runUntil(async () => {
    await vi.waitFor(async () => expect((await engine.health()).workers).toHaveLength(1), {
      timeout: 10_000,
      interval: 20,
    });
    console.log(`createWorker to polling: ${Math.round(performance.now() - before)} ms`);
  });
  await connection.close();
});

test('a worker that is told to shut down lets a running task finish', async () => {
  const entered = deferred();
  const goOn = deferred();
  let aborted = false;
  const slow = workflow('slow', {}, ({ task }) => {
    const build = task('build', {
      run: async (_, { signal, attempt }) => {
        signal.addEventListener('abort', () => {
          aborted = true;
        });
        entered.resolve();
        await goOn.promise;
        return `image of attempt ${attempt}`;
      },
    });
    return { build };
  });
  await using engine = await connectEngine();
  const run = await engine.start(slow);
  await withWorker(
    engine,
    [slow],
    async (worker) => {
      await entered.promise;
      worker.shutdown();
      goOn.resolve();
    },
    { shutdownGraceTime: '30s' },
  );
  expect(aborted).toBe(false);
  const other = workflow('slow', {}, ({ task }) => ({
    build: task('build', { run: () => 'image of another worker' }),
  }));
  await withWorker(engine, [other], async () => expect(await run.result()).toEqual({ build: 'image of attempt 1' }));
});

test('past shutdownGraceTime the signal aborts, and another worker takes the task over', async () => {
  const entered = deferred();
  const stuck = workflow('stuck', {}, ({ task }) => {
    const build = task('build', {
      run: async (_, { signal, attempt }) => {
        if (attempt > 1) return `image of attempt ${attempt}`;
        entered.resolve();
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        return 'never';
      },
    });
    return { build };
  });
  await using engine = await connectEngine();
  const run = await engine.start(stuck);
  await withWorker(engine, [stuck], () => entered.promise, { shutdownGraceTime: '100ms' });
  await withWorker(engine, [stuck], async () => expect(await run.result()).toEqual({ build: 'image of attempt 2' }));
  expect(taskOf(await run.status(), 'build').attempts).toBe(2);
});
