import { expect, test } from 'vitest';
import { z } from 'zod';
import { type Run, settled, workflow } from '../../src/index.js';
import { expectSameFromHistory } from '../support/rebuilt-from-history.js';
import { statesOf, taskOf, waitForState } from '../support/snapshots.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

const once = { retry: { maximumAttempts: 1 } };

function fails(): never {
  throw new Error('broke');
}

const child = workflow('child', { input: z.object({ region: z.string() }) }, ({ task }) => {
  const one = task('one', {
    ...once,
    run: (_, { input }) => {
      if (input.region === 'bad') throw new Error('no such region');
      return input.region;
    },
  });
  return { one };
});

test('a run with every kind of node, and with failures, is rebuilt from its history as it was', async () => {
  const all = workflow('all', {}, ({ task, map, subworkflow, approval, event, sleep, resource, group, onFinish }) => {
    const build = task('build', { run: () => 'image', compensate: () => {} });
    const db = resource('db', { needs: { build }, create: () => 'url', destroy: () => {} });
    const nap = sleep('nap', 50);
    const asked = sleep('asked', 50, { when: () => true });
    group('eu', ({ task }) => task('test', { needs: { db, nap, asked }, run: () => 1 }));
    map('smoke', {
      needs: { build },
      over: () => [1, 2, 3],
      tolerate: 1,
      ...once,
      run: (n) => (n === 2 ? fails() : n),
    });
    const good = subworkflow('good', child, { needs: { build }, with: () => ({ region: 'eu' }) });
    const bad = subworkflow('bad', child, { allowFailure: true, with: () => ({ region: 'bad' }) });
    map('regions', { over: () => [{ region: 'a' }, { region: 'b' }], workflow: child, tolerate: '50%' });
    approval('late', { timeout: 50, onTimeout: 'skip' });
    event('fallback', { schema: z.number(), timeout: 50, onTimeout: { value: 7 } });
    const lost = approval('lost', { timeout: 50, allowFailure: true });
    task('after', { needs: { good, bad: settled(bad), lost: settled(lost) }, ...once, run: fails });
    onFinish('notify', { run: () => {} });
  });
  await using engine = await connectEngine();
  const run = await engine.start(all);
  await withWorker(engine, [all, child], () => run.result().catch(() => {}));
  const snapshot = await run.status();
  expect(statesOf(snapshot)).toMatchObject({
    good: 'succeeded',
    bad: 'failed',
    late: 'skipped',
    fallback: 'succeeded',
  });
  expect(taskOf(snapshot, 'build').compensation).toBe('compensated');
  expect(taskOf(snapshot, 'db').compensation).toBe('destroyed');
  await expectSameFromHistory(engine, run as Run);
});

test('a held run that is steered, and then cancelled, is rebuilt from its history as it was', async () => {
  const held = workflow('held', { onFailure: 'hold', holdTimeout: 300 }, ({ task, map }) => {
    task('first', { ...once, run: fails });
    const second = task('second', { ...once, run: fails });
    task('third', { needs: { second }, run: () => 1 });
    map('items', {
      over: () => [1, 2, 3],
      concurrency: 1,
      ...once,
      run: (n, { signal }) => (n === 2 ? untilAborted(signal) : n),
    });
  });
  await using engine = await connectEngine();
  const run = await engine.start(held);
  await withWorker(engine, [held], async () => {
    await waitForState(run as Run, 'second', 'held');
    await run.task('second').retry();
    await waitForState(run as Run, 'second', 'held');
    await run.task('second').complete(5);
    await waitForState(run as Run, 'first', 'failed');
    await waitForState(run as Run, 'third', 'succeeded');
    await expect.poll(async () => (await run.status({ items: 'items' })).items[1]?.state).toBe('running');
    await run.pause();
    await run.task('items[2]').skip({ reason: 'not needed' });
    await run.cancel();
    await run.result().catch(() => {});
  });
  const snapshot = await run.status();
  expect(snapshot.status).toBe('cancelled');
  expect(statesOf(snapshot)).toEqual({ first: 'failed', second: 'succeeded', third: 'succeeded', items: 'cancelled' });
  await expectSameFromHistory(engine, run as Run);
});

function untilAborted(signal: AbortSignal): Promise<number> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}

test('an order and a request to cancel that come in one workflow task are taken in the order in which the run took them', async () => {
  const gated = workflow('gated', {}, ({ task, approval }) => {
    const ok = approval('ok');
    task('after', { needs: { ok }, run: () => 1 });
  });
  await using engine = await connectEngine();
  const run = await engine.start(gated);
  await withWorker(engine, [gated], () => waitForState(run, 'ok', 'waiting'));
  // Without a worker both wait for the same workflow task.
  const approved = run.approve('ok').catch(() => {});
  await run.cancel();
  await withWorker(engine, [gated], async () => {
    await approved;
    await run.result().catch(() => {});
  });
  await expectSameFromHistory(engine, run as Run);
});
