import { Keyv } from 'keyv';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { OrchestrationEngine, type Run, workflow } from '../../src/index.js';
import type { CacheOption } from '../../worker/index.js';
import { MemoryStorage } from '../support/memory-storage.js';
import { expectSameFromHistory } from '../support/rebuilt-from-history.js';
import { executionsOf, startShort } from '../support/short-executions.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

/** A build that says how often it was made, and a report that is never cached. */
function building({ ttl = '1h', bytes = 0 }: { readonly ttl?: '1h' | number; readonly bytes?: number } = {}) {
  const calls: string[] = [];
  const definition = workflow('building', { input: z.object({ ref: z.string() }) }, ({ task }) => {
    const build = task('build', {
      cache: { ttl, version: 1 },
      run: (_, { input, workflowId }) => {
        calls.push(workflowId);
        return { image: `${input.ref}:${calls.length}`, layers: 'x'.repeat(bytes) };
      },
    });
    const report = task('report', { needs: { build }, run: ({ build }) => build.image });
    return { build, report };
  });
  return { definition, calls };
}

const cachedOf = async (run: Run<unknown>, id: string) => {
  const { tasks } = await run.status();
  return tasks.find((task) => task.id === id)?.cached;
};

describe('a task that was done before', () => {
  test('is not done again: its output is used, and the run says whose it is', async () => {
    const engine = await connectEngine();
    const { definition, calls } = building();
    const cache = new Map();
    await withWorker(
      engine,
      [definition],
      async () => {
        const first = await engine.start(definition, { ref: 'main' });
        await first.result();
        const second = await engine.start(definition, { ref: 'main' });
        const { build, report } = await second.result();
        expect({ image: build.image, report, calls }).toEqual({ image: 'main:1', report: 'main:1', calls: [first.id] });
        expect(await cachedOf(first, 'build')).toBeUndefined();
        const madeBy = { workflowId: first.id, runId: first.runId };
        expect(await cachedOf(second, 'build')).toEqual(madeBy);
        expect(await cachedOf(second, 'report')).toBeUndefined();
        expect(await second.explain('build')).toContain(
          `its output was in the cache: the run '${first.id}' (run id ${first.runId}) had made it`,
        );
        await expectSameFromHistory(engine, second);
      },
      { cache },
    );
  });

  test('is done again for another input', async () => {
    const engine = await connectEngine();
    const { definition, calls } = building();
    await withWorker(
      engine,
      [definition],
      async () => {
        await engine.execute(definition, { ref: 'main' });
        await engine.execute(definition, { ref: 'next' });
        expect(calls).toHaveLength(2);
      },
      { cache: new Map() },
    );
  });

  test('is done again when its time to live is over', async () => {
    const engine = await connectEngine();
    const { definition, calls } = building({ ttl: 60_000 });
    const store = new Map<string, string>();
    await withWorker(
      engine,
      [definition],
      async () => {
        await engine.execute(definition, { ref: 'main' });
        for (const [key, entry] of store) store.set(key, expired(entry));
        await engine.execute(definition, { ref: 'main' });
        expect(calls).toHaveLength(2);
      },
      { cache: new Keyv({ store }) },
    );
  });

  test('is done again where the run bypasses the cache, and its output replaces the old one', async () => {
    const engine = await connectEngine();
    const { definition, calls } = building();
    await withWorker(
      engine,
      [definition],
      async () => {
        await engine.execute(definition, { ref: 'main' });
        const bypassing = await engine.start(definition, { ref: 'main' }, { cache: 'bypass' });
        await bypassing.result();
        const later = await engine.start(definition, { ref: 'main' });
        expect((await later.result()).build.image).toBe('main:2');
        expect(calls).toHaveLength(2);
        expect((await cachedOf(later, 'build'))?.workflowId).toBe(bypassing.id);
      },
      { cache: new Map() },
    );
  });

  test('and runs again in a rerun takes its output from the cache, unless the rerun bypasses it', async () => {
    const engine = await connectEngine();
    const { definition, calls } = building();
    await withWorker(
      engine,
      [definition],
      async () => {
        const run = await engine.start(definition, { ref: 'main' });
        await run.result();
        const again = await engine.rerun(run.id, { from: ['build'] });
        await again.result();
        expect(await cachedOf(again, 'build')).toEqual({ workflowId: run.id, runId: run.runId });
        const anew = await engine.rerun(run.id, { from: ['build'], cache: 'bypass' });
        await anew.result();
        expect(await cachedOf(anew, 'build')).toBeUndefined();
        expect(calls).toHaveLength(2);
      },
      { cache: new Map() },
    );
  });

  test('stays marked in a rerun that reuses it', async () => {
    const engine = await connectEngine();
    const { definition } = building();
    await withWorker(
      engine,
      [definition],
      async () => {
        const first = await engine.start(definition, { ref: 'main' });
        await first.result();
        const second = await engine.start(definition, { ref: 'main' });
        await second.result();
        const rerun = await engine.rerun(second.id, { from: ['report'] });
        await rerun.result();
        expect(await cachedOf(rerun, 'build')).toEqual({ workflowId: first.id, runId: first.runId });
      },
      { cache: new Map() },
    );
  });
});

test('a large output is stored for the cache, and again for each run that uses it', async () => {
  const storage = new MemoryStorage();
  const { client, taskQueue } = await connectEngine();
  const engine = await OrchestrationEngine.connect({ client, taskQueue, storage });
  const { definition, calls } = building({ bytes: 20_000 });
  const cache = new Map<string, unknown>();
  await withWorker(
    engine,
    [definition],
    async () => {
      await engine.execute(definition, { ref: 'main' });
      expect(JSON.stringify([...cache])).not.toContain('xxxx');
      const [ofCache] = storage.objects.keys();
      const second = await engine.start(definition, { ref: 'main' });
      await second.result();
      storage.objects.delete(ofCache ?? '');
      expect((await second.output('build')) as { layers: string }).toMatchObject({ layers: 'x'.repeat(20_000) });
      expect(calls).toHaveLength(1);
    },
    { cache, storage },
  );
});

test('where a stored output is gone, the task is done again', async () => {
  const storage = new MemoryStorage();
  const { client, taskQueue } = await connectEngine();
  const engine = await OrchestrationEngine.connect({ client, taskQueue, storage });
  const { definition, calls } = building({ bytes: 20_000 });
  const cache = new Map<string, unknown>();
  await withWorker(engine, [definition], () => engine.execute(definition, { ref: 'main' }), { cache, storage });
  storage.objects.clear();
  const run = () => engine.execute(definition, { ref: 'main' });
  const { build } = await withWorker(engine, [definition], run, { cache, storage });
  expect({ image: build.image, calls: calls.length }).toEqual({ image: 'main:2', calls: 2 });
});

test('each item of a map has an entry of its own', async () => {
  const engine = await connectEngine();
  const calls: string[] = [];
  const probing = workflow('probing', { input: z.array(z.string()) }, ({ map }) => {
    const probe = map('probe', {
      over: (_, { input }) => input,
      cache: { ttl: '1h', key: (region) => region },
      run: (region) => {
        calls.push(region);
        return region.length;
      },
    });
    return { probe };
  });
  await withWorker(
    engine,
    [probing],
    async () => {
      const first = await engine.start(probing, ['eu', 'us']);
      await first.result();
      const second = await engine.start(probing, ['asia', 'us']);
      expect(await second.result()).toEqual({ probe: [4, 2] });
      expect([...calls].sort()).toEqual(['asia', 'eu', 'us']);
      const { items } = await second.status({ items: 'probe' });
      expect(items.map(({ cached }) => cached?.workflowId)).toEqual([undefined, first.id]);
    },
    { cache: new Map() },
  );
});

describe('a run goes on without the cache', () => {
  const throwing = () => {
    throw new Error('the cache is down');
  };
  const hanging = () => new Promise<never>(() => {});
  test.each([
    ['that throws', throwing],
    ['that does not answer', hanging],
  ])('%s', async (_, trouble) => {
    const engine = await connectEngine();
    const { definition, calls } = building();
    const cache: CacheOption = { opts: { store: {} }, get: trouble, set: trouble, delete: trouble } as CacheOption;
    await withWorker(
      engine,
      [definition],
      async () => {
        await engine.execute(definition, { ref: 'main' });
        expect(calls).toHaveLength(1);
      },
      { cache },
    );
  });

  test('where the worker has none', async () => {
    const engine = await connectEngine();
    const { definition, calls } = building();
    await withWorker(engine, [definition], async () => {
      await engine.execute(definition, { ref: 'main' });
      await engine.execute(definition, { ref: 'main' });
      expect(calls).toHaveLength(2);
    });
  });
});

test('what continues as new remembers what came from the cache', async () => {
  const engine = await connectEngine();
  const long = workflow('long', {}, ({ task }) => {
    const made = task('made', { cache: { ttl: '1h', version: 1 }, run: () => 'made' });
    let last = made;
    for (let step = 1; step <= 20; step++) last = task(`step-${step}`, { needs: { last }, run: ({ last }) => last });
    return { last };
  });
  await withWorker(
    engine,
    [long],
    async () => {
      const first = await engine.start(long);
      await first.result();
      const second = await startShort(engine, long, 40);
      await second.result();
      expect((await executionsOf(engine, second)).length).toBeGreaterThan(1);
      expect(await cachedOf(second, 'made')).toEqual({ workflowId: first.id, runId: first.runId });
    },
    { cache: new Map() },
  );
});

/** As Keyv's own serialised form has it. */
function expired(entry: string): string {
  return JSON.stringify({ ...JSON.parse(entry), expires: 1 });
}
