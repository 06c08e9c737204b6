import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  InvalidInputError,
  RerunRefusedError,
  type Run,
  RunFailedError,
  RunStillOpenError,
  UnknownTaskError,
  workflow,
} from '../../src/index.js';
import { statesOf, taskOf, waitForState } from '../support/snapshots.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

const once = { retry: { maximumAttempts: 1 } };

/** The ids of what was called, in order, with the idempotency keys. */
const calls: { id: string; key: string }[] = [];
let broken: readonly string[] = [];

beforeEach(() => {
  calls.length = 0;
  broken = [];
});

function call<T>(id: string, output: T, context: { idempotencyKey: string }): T {
  calls.push({ id, key: context.idempotencyKey });
  if (broken.includes(id)) throw new Error(`${id} broke`);
  return output;
}

const release = workflow(
  'release',
  { input: z.object({ ref: z.string().default('main') }) },
  ({ task, map, resource }) => {
    const build = task('build', { ...once, run: (_, ctx) => call('build', `image of ${ctx.input.ref}`, ctx) });
    const db = resource('db', {
      ...once,
      needs: { build },
      create: (_, ctx) => call('create', 'postgres', ctx),
      destroy: (_, ctx) => call('destroy', undefined, ctx),
    });
    const smoke = map('smoke', {
      ...once,
      needs: { build },
      over: () => ['eu', 'us', 'as'],
      run: (region, ctx) => call(region, `${region} is up`, ctx),
    });
    const read = task('read', { ...once, needs: { db }, run: (_, ctx) => call('read', 1, ctx) });
    const write = task('write', { ...once, needs: { db }, run: (_, ctx) => call('write', 2, ctx) });
    const deploy = task('deploy', {
      ...once,
      needs: { smoke, read, write, build },
      run: ({ smoke, build }, ctx) => call('deploy', [build, ...smoke], ctx),
    });
    return { deploy };
  },
);

test('a rerun from failed runs only what failed, and what is downstream, and gives the result', async () => {
  await using engine = await connectEngine();
  const run = await engine.start(release, {}, { workflowId: `release-${randomUUID()}`, memo: { ticket: 7 } });
  await withWorker(engine, [release], async () => {
    broken = ['us', 'write'];
    await expect(run.result()).rejects.toThrow(RunFailedError);
    const keys = new Map(calls.map(({ id, key }) => [id, key]));
    calls.length = 0;
    broken = [];

    const plan = await engine.rerun(run.id, { dryRun: true });
    expect(String(plan)).toContain('smoke   rerun  1 of 3 items: 1; it was failed: 1 of 3 items failed');
    expect(calls).toEqual([]);

    const again = await engine.rerun(run.id, { workflow: release });
    expect(await again.result()).toEqual({ deploy: ['image of main', 'eu is up', 'us is up', 'as is up'] });
    expect(calls.map(({ id }) => id).sort()).toEqual(['create', 'deploy', 'destroy', 'us', 'write']);
    for (const id of ['us', 'write']) expect(calls.find((made) => made.id === id)?.key).toBe(keys.get(id));
    // It is another database, and what makes it must not take it for the one that was destroyed.
    expect(calls.find(({ id }) => id === 'create')?.key).not.toBe(keys.get('create'));

    const snapshot = await again.status();
    expect(snapshot.rerunOf).toEqual({ workflowId: run.id, runId: run.runId });
    expect(taskOf(snapshot, 'db')).toMatchObject({ state: 'succeeded', compensation: 'destroyed' });
    const description = await engine.client.workflow.getHandle(run.id).describe();
    expect(description.memo).toMatchObject({ ticket: 7 });
    expect(await description.staticSummary()).toBe(`release: rerun of ${run.id}`);
    expect(await description.staticDetails()).toContain(run.runId);
  });
});

test('a rerun of a rerun goes on from it, in its turn', async () => {
  await using engine = await connectEngine();
  const run = await engine.start(release, { ref: 'v1' });
  await withWorker(engine, [release], async () => {
    broken = ['write'];
    await run.result().catch(() => {});
    broken = ['deploy'];
    await (await engine.rerun(run.id)).result().catch(() => {});
    broken = [];
    calls.length = 0;
    const again = await engine.rerun(run.id);
    expect(await again.result()).toMatchObject({ deploy: ['image of v1', 'eu is up', 'us is up', 'as is up'] });
    expect(calls.map(({ id }) => id)).toEqual(['deploy']);
  });
});

test('a rerun of a terminated run, under another id and with new keys', async () => {
  await using engine = await connectEngine();
  const run = await engine.start(release, {});
  await withWorker(engine, [release], async () => {
    broken = ['read'];
    await expect.poll(() => calls.some(({ id }) => id === 'read')).toBe(true);
    await run.terminate();
    broken = [];
    const other = `${run.id}-again`;
    const again = await engine.rerun(run.id, { workflowId: other, newKeys: true, from: ['read'] });
    expect(again.id).toBe(other);
    await again.result();
    expect(calls.findLast(({ id }) => id === 'read')?.key).toContain(other);
    expect((await again.status()).rerunOf?.workflowId).toBe(run.id);
  });
});

test('a rerun of a run that was started by its name', async () => {
  await using engine = await connectEngine();
  const run = await engine.start<typeof release>('release', { ref: 'v2' });
  await withWorker(engine, [release], async () => {
    broken = ['deploy'];
    await expect(run.result()).rejects.toThrow(RunFailedError);
    broken = [];
    calls.length = 0;
    const again = await engine.rerun<typeof release>(run.id);
    expect((await again.result()).deploy[0]).toBe('image of v2');
    expect(calls.map(({ id }) => id)).toEqual(['deploy']);
  });
});

test('a subworkflow that failed runs again as a whole, one that succeeded not at all', async () => {
  const child = workflow('child', { input: z.string() }, ({ task }) => {
    const one = task('one', { ...once, run: (_, ctx) => call(`${ctx.input}.one`, 1, ctx) });
    return { two: task('two', { ...once, needs: { one }, run: (_, ctx) => call(`${ctx.input}.two`, 2, ctx) }) };
  });
  const parent = workflow('parent', {}, ({ subworkflow }) => ({
    eu: subworkflow('eu', child, { with: () => 'eu' }),
    us: subworkflow('us', child, { with: () => 'us' }),
  }));
  await using engine = await connectEngine();
  const run = await engine.start(parent);
  await withWorker(engine, [parent, child], async () => {
    broken = ['us.two'];
    await expect(run.result()).rejects.toThrow(RunFailedError);
    broken = [];
    calls.length = 0;
    const again = await engine.rerun(run.id, { workflow: parent });
    expect(await again.result()).toEqual({ eu: { two: 2 }, us: { two: 2 } });
    expect(calls.map(({ id }) => id)).toEqual(['us.one', 'us.two']);
  });
});

describe('a rerun is refused', () => {
  test('while the run is open', async () => {
    await using engine = await connectEngine();
    const run = await engine.start(release, {});
    await expect(engine.rerun(run.id)).rejects.toThrow(RunStillOpenError);
    await run.terminate();
  });

  test('if nothing would run again, or from names nothing, or the input is wrong', async () => {
    await using engine = await connectEngine();
    const run = await engine.start(release, {});
    await withWorker(engine, [release], () => run.result());
    await expect(engine.rerun(run.id)).rejects.toThrow(RerunRefusedError);
    await expect(engine.rerun(run.id, { from: ['bild'] })).rejects.toThrow(UnknownTaskError);
    await expect(engine.rerun(run.id, { workflow: release, input: { ref: 3 } })).rejects.toThrow(InvalidInputError);
    const same = await engine.rerun(run.id, { workflow: release, input: {}, dryRun: true });
    expect(same.tasks.every(({ action }) => action === 'reuse')).toBe(true);
    const other = await engine.rerun(run.id, { workflow: release, input: { ref: 'next' }, dryRun: true });
    expect(other.tasks.every(({ action }) => action === 'rerun')).toBe(true);
    expect(other.newKeys).toBe(true);
  });
});

test('with the latest definition what has changed runs again, and outputs that do not fit', async () => {
  const schema = (min: number) => z.object({ count: z.number().refine((count) => count >= min) });
  const versions = (min: number, more: object) =>
    workflow('versions', {}, ({ task }) => {
      const count = task('count', { output: schema(min), run: (_, ctx) => call('count', { count: min }, ctx) });
      const lint = task('lint', { run: (_, ctx) => call('lint', 1, ctx) });
      const unit = task('unit', { ...more, needs: { lint }, run: (_, ctx) => call('unit', 2, ctx) });
      return { count, unit };
    });
  await using engine = await connectEngine();
  const old = versions(1, {});
  const run = await engine.start(old);
  await withWorker(engine, [old], () => run.result());
  calls.length = 0;
  const latest = versions(2, { version: 'new' });
  const again = await engine.rerun(run.id, { definition: 'latest', workflow: latest });
  await withWorker(engine, [latest], async () =>
    expect(await again.result()).toEqual({ count: { count: 2 }, unit: 2 }),
  );
  expect(calls.map(({ id }) => id).sort()).toEqual(['count', 'unit']);
});

test('the state of an open rerun shows what is reused', async () => {
  const held = workflow('held', { onFailure: 'hold' }, ({ task, approval }) => {
    const build = task('build', { run: () => 1 });
    const ok = approval('ok', { needs: { build } });
    task('deploy', { needs: { ok }, run: (_, ctx) => call('deploy', 1, ctx) });
  });
  await using engine = await connectEngine();
  const run = await engine.start(held);
  await withWorker(engine, [held], async () => {
    await waitForState(run as Run, 'ok', 'waiting');
    await run.cancel();
    await run.result().catch(() => {});
    const again = await engine.rerun(run.id);
    await waitForState(again as Run, 'ok', 'waiting');
    expect(statesOf(await again.status())).toEqual({ build: 'succeeded', ok: 'waiting', deploy: 'pending' });
    await again.approve('ok');
    await again.result();
  });
});
