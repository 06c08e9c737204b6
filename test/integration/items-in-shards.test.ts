import { expect, test } from 'vitest';
import { RunCancelledError, workflow } from '../../src/index.js';
import { deferred } from '../support/deferred.js';
import { taskOf } from '../support/snapshots.js';
import { untilAborted } from '../support/until-aborted.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

const once = { retry: { maximumAttempts: 1 } };

test('a run that is cancelled stops the items in its child workflows', async () => {
  const entered = deferred();
  const definition = workflow('wide', {}, ({ map }) => {
    map('smoke', {
      over: () => Array.from({ length: 1_500 }, (_, item) => item),
      concurrency: 4,
      run: (item, { signal }) => {
        if (item >= 1_000) entered.resolve();
        return untilAborted(signal);
      },
    });
  });
  await using engine = await connectEngine();
  const run = await engine.start(definition);
  await withWorker(engine, [definition], async () => {
    await entered.promise;
    await run.cancel();
    await expect(run.result()).rejects.toThrow(RunCancelledError);
  });
  expect(taskOf(await run.status(), 'smoke')).toMatchObject({
    state: 'cancelled',
    items: { total: 1_500, counts: { cancelled: 1_500 } },
  });
}, 60_000);

test('the child workflows share the places that the map has', async () => {
  let running = 0;
  const allRun = deferred();
  const definition = workflow('wide', {}, ({ map }) => {
    map('smoke', {
      over: () => Array.from({ length: 1_500 }, (_, item) => item),
      concurrency: 5,
      run: (_, { signal }) => {
        if (++running === 4) allRun.resolve(); // two for each of the two
        return untilAborted(signal);
      },
    });
  });
  await using engine = await connectEngine();
  const run = await engine.start(definition);
  await withWorker(engine, [definition], async () => {
    await allRun.promise;
    await run.cancel();
    await run.result().catch(() => {});
  });
  expect(running).toBe(4);
}, 60_000);

test('a pause reaches the child workflows, and so does its end', async () => {
  let calls = 0;
  const [allRun, goOn, goesOn] = [deferred(), deferred(), deferred()];
  const definition = workflow('wide', {}, ({ map }) => {
    map('smoke', {
      over: () => Array.from({ length: 1_500 }, (_, item) => item),
      concurrency: 4,
      run: () => {
        if (++calls === 4) allRun.resolve();
        if (calls > 4) goesOn.resolve();
        return goOn.promise;
      },
    });
  });
  await using engine = await connectEngine();
  const run = await engine.start(definition);
  await withWorker(engine, [definition], async () => {
    await allRun.promise;
    await run.pause();
    const shards = ['smoke[0..999]', 'smoke[1000..1499]'].map((shard) => engine.run(`${run.id}/${shard}`));
    const paused = async () => (await Promise.all(shards.map((shard) => shard.status()))).map(({ paused }) => paused);
    await expect.poll(paused, { timeout: 20_000 }).toEqual([true, true]);
    goOn.resolve();
    const states = async () => {
      const pages = [0, 1_000].map((from) => run.status({ items: 'smoke', from, limit: 3 }));
      return (await Promise.all(pages)).flatMap(({ items }) => items.map(({ state }) => state));
    };
    const twoOfEach = ['succeeded', 'succeeded', 'pending'];
    await expect.poll(states, { timeout: 20_000 }).toEqual([...twoOfEach, ...twoOfEach]);
    expect(calls).toBe(4);
    await run.resume();
    await goesOn.promise;
    await run.terminate();
  });
}, 60_000);

test('the verbs for an item reach it in its child workflow, and the audit trail of the run keeps them', async () => {
  const stuck = deferred();
  const definition = workflow('wide', { onFailure: 'hold' }, ({ map }) => {
    const smoke = map('smoke', {
      over: () => Array.from({ length: 1_004 }, (_, item) => item),
      ...once,
      run: (item, { signal }) => {
        if (item === 1_001 || item === 1_002) throw new Error('no route');
        if (item !== 1_003) return item;
        stuck.resolve();
        return untilAborted(signal);
      },
    });
    return { smoke };
  });
  await using engine = await connectEngine();
  const run = await engine.start(definition);
  await withWorker(engine, [definition], async () => {
    await stuck.promise;
    const states = async () => {
      const { items } = await run.status({ items: 'smoke', from: 1_001, limit: 3 });
      return items.map(({ state }) => state);
    };
    await expect.poll(states, { interval: 300 }).toEqual(['held', 'held', 'running']);
    await run.task('smoke[1001]').complete(-1);
    await run.task('smoke[1002]').skip({ actor: 'ann', reason: 'it is gone' });
    await run.task('smoke[1003]').complete(-3);
    const { smoke } = await run.result();
    expect(smoke.slice(1_000)).toEqual([1_000, -1, null, -3]);
  });
  expect((await run.status()).audit.map(({ verb, task, reason }) => [verb, task, reason])).toEqual([
    ['complete', 'smoke[1001]', undefined],
    ['skip', 'smoke[1002]', 'it is gone'],
    ['complete', 'smoke[1003]', undefined],
  ]);
  expect(await run.explain('smoke[1002]')).toMatch(/smoke\[1002\] is skipped at .*: skipped by ann: it is gone/);
}, 60_000);
