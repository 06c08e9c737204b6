import { expect, test } from 'vitest';
import { type Run, type TaskState, workflow } from '../../src/index.js';
import { expectSameFromHistory } from '../support/rebuilt-from-history.js';
import { untilAborted } from '../support/until-aborted.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

const once = { retry: { maximumAttempts: 1 } };

test('items whose child workflow has failed as a whole are held together, and run anew when one of them is retried; then orders reach them again', async () => {
  const definition = workflow('wide', { onFailure: 'hold' }, ({ map }) => {
    map('smoke', {
      ...once,
      over: () => Array.from({ length: 1_001 }, (_, item) => item),
      concurrency: 4,
      run: (_, { signal }): Promise<string> => untilAborted(signal),
    });
  });
  await using engine = await connectEngine();
  const run = await engine.start(definition);
  await withWorker(engine, [definition], async () => {
    const becomes = async (item: number, ...states: TaskState[]) => {
      const stateOf = async () => (await run.status({ items: 'smoke', from: item, limit: 1 })).items[0]?.state;
      await expect.poll(stateOf, { timeout: 20_000, interval: 200 }).toBeOneOf(states);
    };
    await becomes(0, 'running');
    await engine.client.workflow.getHandle(`${run.id}/smoke[0..999]`).terminate('by mistake');
    await becomes(7, 'held');
    await becomes(1_000, 'running');
    await expect(run.task('smoke[7]').skip()).rejects.toThrow('the items smoke[0..999] are held together: retry them');
    await run.task('smoke[7]').retry({ reason: 'it was a mistake' });
    await becomes(0, 'running');
    await run.task('smoke[7]').complete('by hand');
    await becomes(7, 'succeeded');
    await becomes(8, 'pending', 'running');
    const audit = async () => (await run.status()).audit.map(({ verb, task }) => [verb, task]);
    await expect.poll(audit, { timeout: 20_000 }).toEqual([
      ['retry', 'smoke[7]'],
      ['complete', 'smoke[7]'],
    ]);
    await run.terminate();
  });
}, 60_000);

test('a run that is cancelled is cancelled, though items in its child workflows had failed before', async () => {
  let hasFailed = false;
  const definition = workflow('wide', {}, ({ map }) => {
    map('smoke', {
      ...once,
      over: () => Array.from({ length: 1_001 }, (_, item) => item),
      concurrency: 4,
      run: (item, { signal }) => {
        if (item !== 0) return untilAborted(signal);
        hasFailed = true;
        throw new Error('no route');
      },
    });
  });
  await using engine = await connectEngine();
  const run = await engine.start(definition);
  await withWorker(engine, [definition], async () => {
    await expect.poll(() => hasFailed, { timeout: 20_000 }).toBe(true);
    await expect
      .poll(async () => (await run.status({ items: 'smoke', limit: 1 })).items[0]?.state, { timeout: 20_000 })
      .toBe('failed');
    await run.cancel();
    await expect(run.result()).rejects.toMatchObject({ code: 'RUN_CANCELLED' });
  });
  expect((await run.status()).status).toBe('cancelled');
  await expectSameFromHistory(engine, run as Run);
}, 60_000);
