import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { OrderFailedError, workflow } from '../../src/index.js';
import { deferred } from '../support/deferred.js';
import { isoDate } from '../support/iso-date.js';
import { dispatchesIn, historyOf } from '../support/run-history.js';
import { statesOf, taskOf, waitForState } from '../support/snapshots.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

describe('an approval', () => {
  const release = workflow('release', {}, ({ task, approval }) => {
    const goLive = approval('go-live');
    return { goLive, deploy: task('deploy', { needs: { goLive }, run: ({ goLive }) => `approved by ${goLive.by}` }) };
  });

  test('gives who approved, when and why, and the audit trail keeps it', async () => {
    await using engine = await connectEngine();
    const run = await engine.start(release);
    await withWorker(engine, [release], async () => {
      await waitForState(run, 'go-live', 'waiting');
      await run.approve('go-live', { actor: 'ann', reason: 'looks good' });
      const { goLive, deploy } = await run.result();
      expect(goLive).toEqual({ by: 'ann', at: expect.any(String), reason: 'looks good' });
      expect(deploy).toBe('approved by ann');
      const [line] = (await run.status()).audit;
      expect(line).toMatchObject({ verb: 'approve', task: 'go-live', actor: 'ann', reason: 'looks good' });
      expect(goLive.at).toBe(line?.at.toISOString());
    });
    expect(dispatchesIn(await historyOf(engine, run)).has('go-live')).toBe(false);
  });

  test('that is rejected fails with who and why, and what needs it does not run', async () => {
    await using engine = await connectEngine();
    const run = await engine.start(release);
    await withWorker(engine, [release], async () => {
      await waitForState(run, 'go-live', 'waiting');
      await run.reject('go-live', { actor: 'bob', reason: 'not on a Friday' });
      await expect(run.result()).rejects.toThrow(/bob.*not on a Friday/);
    });
    const snapshot = await run.status();
    expect(taskOf(snapshot, 'go-live')).toMatchObject({ state: 'failed', error: { type: 'Rejected' } });
    expect(taskOf(snapshot, 'deploy')).toMatchObject({ state: 'upstream_failed', cause: { root: 'go-live' } });
    expect(snapshot.audit).toMatchObject([{ verb: 'reject', actor: 'bob', reason: 'not on a Friday' }]);
  });
});

describe('an event', () => {
  test('that is sent before its node waits is kept for it', async () => {
    const building = deferred();
    const goOn = deferred();
    const release = workflow('release', {}, ({ task, event }) => {
      const build = task('build', {
        run: async () => {
          building.resolve();
          await goOn.promise;
        },
      });
      return { from: event('from', { needs: { build }, schema: z.object({ at: isoDate }) }) };
    });
    await using engine = await connectEngine();
    const run = await engine.start(release);
    await withWorker(engine, [release], async () => {
      await building.promise;
      await run.send('from', { at: new Date(0) });
      await expect(run.send('from', { at: new Date(1) })).rejects.toThrow('already');
      expect(statesOf(await run.status())).toEqual({ build: 'running', from: 'pending' });
      goOn.resolve();
      expect(await run.result()).toEqual({ from: { at: new Date(0) } });
    });
  });

  test('refuses a value that does not fit its schema, with the path, and no more comes of it than a line of audit', async () => {
    const release = workflow('release', {}, ({ event }) => ({
      order: event('order', { schema: z.object({ lines: z.array(z.object({ count: z.number() })) }) }),
    }));
    await using engine = await connectEngine();
    const run = await engine.start(release);
    const caller = engine.run(run.id); // one that does not know the schema
    await withWorker(engine, [release], async () => {
      const wrong = { lines: [{ count: 1 }, { count: 'two' }] };
      const error = await caller.send('order', wrong, { actor: 'ann' }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(OrderFailedError);
      expect(String(error)).toContain('lines[1].count');
      const { audit, tasks } = await run.status();
      expect(audit).toMatchObject([{ verb: 'send', actor: 'ann', refused: expect.stringContaining('lines[1].count') }]);
      expect(tasks).toMatchObject([{ id: 'order', state: 'waiting' }]);
      await caller.send('order', { lines: [] });
      expect(await run.result()).toEqual({ order: { lines: [] } });
    });
  });
});

test('a wait that times out fails, is skipped or succeeds with a value, as `onTimeout` says', async () => {
  const release = workflow('release', {}, ({ task, approval, event }) => {
    const schema = z.object({ at: isoDate });
    const failing = approval('failing', { timeout: 50, allowFailure: true });
    const skipped = approval('skipped', { timeout: 50, onTimeout: 'skip' });
    const given = event('given', { schema, timeout: 50, onTimeout: { value: { at: new Date(0) } } });
    task('afterFailing', { needs: { failing }, run: () => 1 });
    task('afterSkipped', { needs: { skipped }, run: () => 1 });
    return { given, afterGiven: task('afterGiven', { needs: { given }, run: ({ given }) => given.at.getTime() }) };
  });
  await using engine = await connectEngine();
  const run = await engine.start(release);
  await withWorker(engine, [release], async () => {
    expect(await run.result()).toEqual({ given: { at: new Date(0) }, afterGiven: 0 });
  });
  const snapshot = await run.status();
  expect(statesOf(snapshot)).toEqual({
    failing: 'failed',
    skipped: 'skipped',
    given: 'succeeded',
    afterFailing: 'upstream_failed',
    afterSkipped: 'skipped',
    afterGiven: 'succeeded',
  });
  expect(taskOf(snapshot, 'failing').error).toMatchObject({ type: 'WaitTimeout' });
  expect(taskOf(snapshot, 'afterSkipped').cause?.root).toBe('skipped');
});

test('a sleep lasts for a duration, or until a date, and then gives nothing', async () => {
  const release = workflow('release', {}, ({ task, sleep }) => {
    const nap = sleep('nap', '60 ms');
    const past = sleep('past', new Date(0));
    return { after: task('after', { needs: { nap, past }, run: (needs) => Object.values(needs).length }) };
  });
  await using engine = await connectEngine();
  const run = await engine.start(release);
  await withWorker(engine, [release], () => run.result());
  const { tasks } = await run.status();
  const [nap, past, after] = ['nap', 'past', 'after'].map((id) => tasks.find((task) => task.id === id));
  expect(tasks.map(({ state }) => state)).toEqual(Array(3).fill('succeeded'));
  const lasted = (nap?.settledAt?.getTime() ?? 0) - (nap?.scheduledAt?.getTime() ?? 0);
  expect(lasted).toBeGreaterThanOrEqual(60); // never less; how much more is the machine's business
  expect(past?.settledAt?.getTime()).toBeLessThanOrEqual(after?.scheduledAt?.getTime() ?? 0);
});

test('a short sleep does not last a second on the embedded server', async () => {
  const release = workflow('release', {}, ({ sleep }) => {
    const first = sleep('first', 1);
    const second = sleep('second', 1, { needs: { first } });
    sleep('third', 1, { needs: { second } });
    return {};
  });
  await using engine = await connectEngine();
  const run = await engine.start(release);
  await withWorker(engine, [release], () => run.result());
  const { tasks } = await run.status();
  const lasted = tasks.map(({ settledAt, scheduledAt }) => Number(settledAt) - Number(scheduledAt));
  // With Temporal's own settings none takes less than 0.9 s; a busy machine delays some, not all.
  expect(Math.min(...lasted)).toBeLessThan(500);
});

test('the condition of a wait is asked in an activity before it waits', async () => {
  const asked: string[] = [];
  const release = workflow('release', { input: z.object({ ref: z.string() }) }, ({ approval, event }) => {
    const when = (_: object, { input, task }: { input: { ref: string }; task: string }) => {
      asked.push(task);
      return input.ref === 'main' && task !== 'note';
    };
    const goLive = approval('go-live', { when });
    return { goLive, note: event('note', { schema: z.string(), when }) };
  });
  await using engine = await connectEngine();
  const run = await engine.start(release, { ref: 'main' });
  await withWorker(engine, [release], async () => {
    await waitForState(run, 'go-live', 'waiting');
    await run.approve('go-live', { actor: 'ann' });
    const result = await run.result();
    expect(result).toEqual({ goLive: { by: 'ann', at: expect.any(String) } });
  });
  expect(asked.sort()).toEqual(['go-live', 'note']);
  expect([...dispatchesIn(await historyOf(engine, run)).keys()].sort()).toEqual(['go-live', 'note']);
  expect(statesOf(await run.status())).toEqual({ 'go-live': 'succeeded', note: 'skipped' });
});
