import { expect, test } from 'vitest';
import { workflow } from '../../src/index.js';
import { deferred } from '../support/deferred.js';
import { childrenIn, dispatchesIn, historyOf } from '../support/run-history.js';
import { taskOf } from '../support/snapshots.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

const once = { retry: { maximumAttempts: 1 } };

test('2,500 items are shared by three child workflows, and their results stand in the order of the items', async () => {
  let isBroken = true;
  const failed = deferred();
  const keys: string[] = [];
  const definition = workflow('wide', { onFailure: 'hold' }, ({ task, map }) => {
    const factor = task('factor', { run: () => 2 });
    const smoke = map('smoke', {
      needs: { factor },
      over: () => Array.from({ length: 2_500 }, (_, item) => item),
      ...once,
      run: (item, { index, needs, idempotencyKey }) => {
        if (item === 1_234) keys.push(idempotencyKey);
        if (isBroken && item === 1_234) {
          failed.resolve();
          throw new Error('no route');
        }
        return [item * needs.factor, index];
      },
    });
    return { sum: task('sum', { needs: { smoke }, run: ({ smoke }) => smoke.length }), smoke };
  });
  await using engine = await connectEngine();
  const run = await engine.start(definition);
  await withWorker(engine, [definition], async () => {
    await failed.promise;
    const held = async () => (await run.status({ items: 'smoke', from: 1_234, limit: 1 })).items[0]?.state;
    await expect.poll(held, { timeout: 60_000, interval: 300 }).toBe('held');
    expect(await run.status({ items: 'smoke', from: 1_234, limit: 1 })).toMatchObject({
      total: 2_500,
      from: 1_234,
      items: [{ id: 'smoke[1234]', error: { message: 'no route' }, attempts: 1 }],
    });
    isBroken = false;
    await run.task('smoke[1234]').retry();
    const { sum, smoke } = await run.result();
    expect(sum).toBe(2_500);
    expect(smoke).toEqual(Array.from({ length: 2_500 }, (_, item) => [item * 2, item]));
  });

  const history = await historyOf(engine, run);
  const shards = ['smoke[0..999]', 'smoke[1000..1999]', 'smoke[2000..2499]'];
  expect(childrenIn(history).sort()).toEqual(shards.map((shard) => `${run.id}/${shard}`).sort());
  expect([...dispatchesIn(history).keys()]).toEqual(['factor', 'smoke', 'sum']);
  expect(keys).toEqual(Array(2).fill(`${run.id}/${run.runId}/smoke/1234`));
  expect(taskOf(await run.status(), 'smoke').items).toMatchObject({ total: 2_500, counts: { succeeded: 2_500 } });
  const page = await run.status({ items: 'smoke', from: 1_999, limit: 2 });
  expect(page.items.map(({ id, state }) => [id, state])).toEqual([
    ['smoke[1999]', 'succeeded'],
    ['smoke[2000]', 'succeeded'],
  ]);
}, 120_000);

test('the failures of all child workflows count for what the map tolerates', async () => {
  const definition = workflow('wide', {}, ({ map }) => {
    const smoke = map('smoke', {
      over: () => Array.from({ length: 1_002 }, (_, item) => item),
      tolerate: 2,
      ...once,
      run: (item) => {
        if ([5, 1_000, 1_001].includes(item)) throw new Error(`no route to ${item}`);
        return item;
      },
    });
    return { smoke };
  });
  await using engine = await connectEngine();
  const run = await engine.start(definition);
  await withWorker(engine, [definition], async () => {
    await expect(run.result()).rejects.toThrow(
      /3 of 1002 items failed, 2 are tolerated: smoke\[5\]: no route to 5; smoke\[1000\]: no route to 1000/,
    );
  });
  expect(taskOf(await run.status(), 'smoke').items?.counts).toMatchObject({ failed: 3, succeeded: 999 });
}, 60_000);
