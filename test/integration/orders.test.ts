import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  NoWorkerError,
  OrderFailedError,
  OrderRefusedError,
  OutputSkippedError,
  type Run,
  RunClosedError,
  RunNotFoundError,
  workflow,
} from '../../src/index.js';
import { isoDate } from '../support/iso-date.js';
import { expectSameFromHistory } from '../support/rebuilt-from-history.js';
import { statesOf, taskOf, waitForState } from '../support/snapshots.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

let isBroken = false;

const release = workflow('release', { onFailure: 'hold' }, ({ task, map, approval, event }) => {
  const build = task('build', {
    retry: { maximumAttempts: 1 },
    run: () => {
      if (isBroken) throw new Error('no disk');
      return 'image';
    },
  });
  const smoke = map('smoke', {
    needs: { build },
    over: () => ['eu', 'us', 'as'],
    retry: { maximumAttempts: 1 },
    run: (region) => {
      if (isBroken && region === 'us') throw new Error('no route');
      return region;
    },
  });
  const window = event('window', { schema: z.object({ from: isoDate }) });
  const goLive = approval('go-live', { needs: { smoke }, timeout: '24h' });
  const deploy = task('deploy', { needs: { build, goLive, window }, run: ({ window }) => window.from.getFullYear() });
  return { deploy, goLive };
});

test('an approval and an event are given by their verbs, and the audit trail keeps who gave them', async () => {
  isBroken = false;
  await using engine = await connectEngine();
  const run = await engine.start(release);
  await withWorker(engine, [release], async () => {
    await run.send('window', { from: new Date('2026-05-01T00:00:00Z') }, { actor: 'ann' });
    await waitForState(run as Run, 'go-live', 'waiting');
    await run.approve('go-live', { actor: 'bob', reason: 'looks good', updateId: 'approval-1' });
    await run.approve('go-live', { actor: 'bob', reason: 'looks good', updateId: 'approval-1' });
    const result = await run.result();
    expect(result).toMatchObject({ deploy: 2026, goLive: { by: 'bob', reason: 'looks good' } });
  });
  const { audit } = await run.status();
  expect(audit.map(({ verb, task, actor }) => [verb, task, actor])).toEqual([
    ['send', 'window', 'ann'],
    ['approve', 'go-live', 'bob'],
  ]);
  await expectSameFromHistory(engine, run as Run);
});

describe('an order is refused', () => {
  test('that the state makes impossible, with the reason', async () => {
    isBroken = false;
    await using engine = await connectEngine();
    const run = await engine.start(release);
    await withWorker(engine, [release], async () => {
      await waitForState(run as Run, 'go-live', 'waiting');
      await expect(run.resume()).rejects.toThrow(OrderRefusedError);
      await expect(run.task('build').skip()).rejects.toThrow("'build' is succeeded already");
      await expect(run.task('nothing').skip()).rejects.toMatchObject({ code: 'ORDER_REFUSED' });
      expect((await run.status()).audit).toEqual([]);
      await run.terminate();
    });
  });

  test('whose value does not fit, by the client, and where that does not know the schema by a worker', async () => {
    isBroken = false;
    await using engine = await connectEngine();
    const run = await engine.start(release);
    await withWorker(engine, [release], async () => {
      await waitForState(run as Run, 'go-live', 'waiting');
      const known = await run.send('window', { from: 'tomorrow' }).catch((error: unknown) => error);
      expect(known).toBeInstanceOf(OrderFailedError);
      expect((await run.status()).audit).toEqual([]);
      const unknown = engine.run(run.id);
      const failed = await unknown.send('window', { from: 'tomorrow' }).catch((error: unknown) => error);
      expect(failed).toBeInstanceOf(OrderFailedError);
      expect(String(failed)).toContain('from');
      expect((await run.status()).audit).toMatchObject([{ verb: 'send', refused: expect.stringContaining('from') }]);
      await run.terminate();
    });
    await expectSameFromHistory(engine, run as Run);
  });

  test('by a run that has ended, or that is not there', async () => {
    await using engine = await connectEngine();
    const run = await engine.start(release);
    await run.terminate();
    await expect(run.pause()).rejects.toThrow(RunClosedError);
    await expect(run.pause()).rejects.toThrow(/terminated, closed at 20/);
    await expect(engine.run('nothing').pause()).rejects.toThrow(RunNotFoundError);
  });
});

test('an order that no worker takes says so within about 10 seconds, and is carried out once when one comes', async () => {
  isBroken = false;
  await using engine = await connectEngine();
  const run = await engine.start(release);
  const error = await run.pause({ updateId: 'pause-1' }).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(NoWorkerError);
  expect(String(error)).toContain("updateId: 'pause-1'");
  await withWorker(engine, [release], async () => {
    await run.pause({ updateId: 'pause-1' });
    const snapshot = await run.status();
    expect(snapshot.paused).toBe(true);
    expect(snapshot.audit).toHaveLength(1);
    await run.terminate();
  });
}, 40_000);

test('held tasks and items are retried, skipped, completed and failed', async () => {
  isBroken = true;
  await using engine = await connectEngine();
  const run = await engine.start(release);
  await withWorker(engine, [release], async () => {
    await waitForState(run as Run, 'build', 'held');
    expect(await run.explain('build')).toContain('is held: it failed: no disk');
    await run.task('build').complete('image-by-hand', { reason: 'built elsewhere' });
    await expect
      .poll(async () => (await run.status({ items: 'smoke' })).items.map(({ state }) => state), { timeout: 10_000 })
      .toEqual(['succeeded', 'held', 'succeeded']);
    const page = await run.status({ items: 'smoke', from: 1, limit: 1 });
    expect(page).toMatchObject({ total: 3, from: 1, counts: { held: 1, succeeded: 2 } });
    expect(page.items).toMatchObject([{ id: 'smoke[1]', state: 'held', attempts: 1, error: { message: 'no route' } }]);
    expect(await run.explain('smoke[1]')).toContain('smoke[1] is held: it failed: no route');
    isBroken = false;
    await run.task('smoke[1]').retry();
    await waitForState(run as Run, 'go-live', 'waiting');
    await run.task('window').skip({ actor: 'ann' });
    await run.approve('go-live');
    await expect(run.result()).rejects.toThrow(OutputSkippedError);
    await expect(run.result()).rejects.toMatchObject({ outputs: ['deploy'] });
  });
  const snapshot = await run.status();
  expect(snapshot.status).toBe('completed');
  expect(statesOf(snapshot)).toMatchObject({ deploy: 'skipped', window: 'skipped', smoke: 'succeeded' });
  expect(taskOf(snapshot, 'smoke')).toMatchObject({ kind: 'map', items: { total: 3, counts: { succeeded: 3 } } });
  expect((await run.status({ items: 'smoke' })).items).toHaveLength(3);
  await expectSameFromHistory(engine, run as Run);
});
