import { describe, expect, test } from 'vitest';
import { callThroughCache } from '../../activities/result-caching.js';
import { ResultCache } from '../../src/data/cache/result-cache.js';
import { type WorkflowDefinition, workflow } from '../../src/index.js';
import { callTask } from '../support/call-task.js';
import { looseWorkflow } from '../support/loose-workflow.js';
import { memoryStore } from '../support/memory-storage.js';

const MADE_BY = { workflowId: 'release-42', runId: 'second' };
const cache = { ttl: '1h', version: 1 } as const;

/** A call as a worker makes it whose cache is empty at first. */
function caller(definition: WorkflowDefinition) {
  const store = new Map<string, unknown>();
  const results = new ResultCache({
    outputs: memoryStore(),
    store: {
      get: async (key) => store.get(key),
      set: async (key, text) => store.set(key, text),
      delete: async (key) => store.delete(key),
    },
  });
  const throughCache = callThroughCache(results);
  return {
    store,
    call: (options: Parameters<typeof callTask>[2] = {}) => callTask(definition, 'it', { ...options, throughCache }),
  };
}

describe('a task with a cache', () => {
  test('calls its handler once for the same input, and says then who called it', async () => {
    let calls = 0;
    const definition = workflow('w', {}, ({ task }) => void task('it', { cache, run: () => ++calls }));
    const { call } = caller(definition);
    expect(await call()).toEqual({ kind: 'output', output: 1 });
    expect(await call()).toEqual({ kind: 'output', output: 1, cached: MADE_BY });
  });

  test('may make nothing, which is cached as well', async () => {
    const { call } = caller(workflow('w', {}, ({ task }) => void task('it', { cache, run: () => {} })));
    await call();
    expect(await call()).toEqual({ kind: 'output', output: undefined, cached: MADE_BY });
  });

  test('asks its condition all the same', async () => {
    const answers = [true, false];
    const definition = workflow('w', {}, ({ task }) => {
      task('it', { cache, when: () => answers.shift() === true, run: () => 1 });
    });
    const { call } = caller(definition);
    await call();
    expect(await call()).toEqual({ kind: 'skipped' });
  });

  test('caches no failure', async () => {
    let calls = 0;
    const definition = workflow('w', {}, ({ task }) => {
      task('it', {
        cache,
        run: () => {
          calls++;
          if (calls === 1) throw new Error('it broke');
          return calls;
        },
      });
    });
    const { call, store } = caller(definition);
    await expect(call()).rejects.toThrow('it broke');
    expect(store.size).toBe(0);
    expect(await call()).toEqual({ kind: 'output', output: 2 });
  });

  test('looks nothing up in a run that bypasses the cache, and writes to it', async () => {
    let calls = 0;
    const definition = workflow('w', {}, ({ task }) => void task('it', { cache, run: () => ++calls }));
    const { call } = caller(definition);
    await call();
    expect(await call({ pawl: { cache: 'bypass' } })).toEqual({ kind: 'output', output: 2 });
    expect(await call()).toMatchObject({ output: 2, cached: MADE_BY });
  });

  test('runs where the worker has no store for it, with one warning', async () => {
    let calls = 0;
    const definition = workflow('w', {}, ({ task }) => void task('it', { cache, run: () => ++calls }));
    const throughCache = callThroughCache(undefined);
    const warnings: string[] = [];
    const warn = (message: string) => void warnings.push(message);
    await callTask(definition, 'it', { throughCache, warn });
    expect(await callTask(definition, 'it', { throughCache, warn })).toEqual({ kind: 'output', output: 2 });
    expect(warnings).toEqual([expect.stringMatching(/^'w\.it' has a cache, and this worker has no store for it: /)]);
  });
});

describe('the function for the key', () => {
  test('decides alone whether an output is used again', async () => {
    const definition = workflow('w', {}, ({ task }) => {
      const build = task('build', { run: () => ({ image: 'app', at: 0 }) });
      task('it', {
        needs: { build },
        cache: { ttl: '1h', key: ({ build }) => build.image },
        run: ({ build }) => build.at,
      });
    });
    const { call } = caller(definition);
    await call({ needs: { build: { image: 'app', at: 1 } } });
    expect(await call({ needs: { build: { image: 'app', at: 2 } } })).toMatchObject({ output: 1, cached: MADE_BY });
    expect(await call({ needs: { build: { image: 'other', at: 3 } } })).toEqual({ kind: 'output', output: 3 });
  });

  test('gets an item of a map', async () => {
    const definition = workflow('w', {}, ({ map }) => {
      map('it', {
        over: () => [{ region: 'eu', nr: 0 }],
        cache: { ttl: '1h', key: ({ region }) => region },
        run: ({ nr }) => nr,
      });
    });
    const { call } = caller(definition);
    await call({ item: { index: 0, value: { region: 'eu', nr: 1 } } });
    expect(await call({ item: { index: 1, value: { region: 'eu', nr: 2 } } })).toMatchObject({ output: 1 });
    expect(await call({ item: { index: 1, value: { region: 'us', nr: 3 } } })).toMatchObject({ output: 3 });
  });

  test.each([
    ['a Date', () => new Date(), 'cache.key: a Date is not JSON'],
    ['nothing', () => undefined, 'cache.key: undefined is not JSON'],
  ])('must not give %s', async (_, key, message) => {
    const { call } = caller(looseWorkflow((task) => void task('it', { cache: { ttl: '1h', key }, run: () => 1 })));
    await expect(call()).rejects.toMatchObject({
      code: 'INVALID_CACHE_KEY',
      message: expect.stringContaining(message),
    });
  });

  test('fails its task if it throws', async () => {
    const key = () => {
      throw new Error('no such file');
    };
    const { call } = caller(looseWorkflow((task) => void task('it', { cache: { ttl: '1h', key }, run: () => 1 })));
    await expect(call()).rejects.toThrow('no such file');
  });
});
