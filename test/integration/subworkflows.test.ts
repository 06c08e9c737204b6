import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { RunFailedError, workflow } from '../../src/index.js';
import { isoDate } from '../support/iso-date.js';
import { childrenIn, dispatchesIn, historyOf } from '../support/run-history.js';
import { statesOf, taskOf, waitForState } from '../support/snapshots.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

const once = { retry: { maximumAttempts: 1 } };

describe('a subworkflow', () => {
  test('gets its input from `with`, made whole by its schema, and its outputs arrive decoded', async () => {
    const region = workflow(
      'region',
      { input: z.object({ image: z.string(), from: isoDate, replicas: z.number().default(2) }) },
      ({ task }) => {
        const up = task('up', {
          output: z.object({ at: isoDate, what: z.string() }),
          run: (_, { input }) => ({ at: input.from, what: `${input.replicas} of ${input.image}` }),
        });
        return { up };
      },
    );
    const release = workflow('release', {}, ({ task, subworkflow }) => {
      const build = task('build', { run: () => 'image' });
      const eu = subworkflow('eu', region, {
        needs: { build },
        with: ({ build }) => ({ image: build, from: '2026-05-01T00:00:00Z' }),
      });
      const year = task('year', { needs: { eu }, run: ({ eu }) => eu.up.at.getUTCFullYear() });
      return { eu, year };
    });
    await using engine = await connectEngine();
    const result = await withWorker(engine, [release], () => engine.execute(release));
    expect(result).toEqual({ eu: { up: { at: new Date('2026-05-01T00:00:00Z'), what: '2 of image' } }, year: 2026 });
  });

  test('starts without input, if its schema lets it', async () => {
    const input = z.object({ replicas: z.number() }).default({ replicas: 2 });
    const region = workflow('region', { input }, ({ task }) => ({
      up: task('up', { run: (_, { input }) => input.replicas }),
    }));
    const release = workflow('release', {}, ({ subworkflow }) => ({ eu: subworkflow('eu', region) }));
    await using engine = await connectEngine();
    const result = await withWorker(engine, [release], () => engine.execute(release));
    expect(result).toEqual({ eu: { up: 2 } });
  });

  test('is a child workflow with a history of its own, which the history of its parent names', async () => {
    const region = workflow('region', {}, ({ task }) => ({ up: task('up', { run: () => 'is up' }) }));
    const release = workflow('release', {}, ({ subworkflow }) => ({ eu: subworkflow('eu', region) }));
    await using engine = await connectEngine();
    const run = await engine.start(release);
    await withWorker(engine, [release], () => run.result());
    const history = await historyOf(engine, run);
    expect(childrenIn(history)).toEqual([`${run.id}/eu`]);
    expect([...dispatchesIn(history).keys()]).toEqual([]);

    const child = engine.run(`${run.id}/eu`);
    expect(await child.status()).toMatchObject({ workflow: 'region', status: 'completed' });
    expect([...dispatchesIn(await historyOf(engine, child)).keys()]).toEqual(['up']);
    const description = await engine.client.workflow.getHandle(child.id).describe();
    expect(description).toMatchObject({ type: 'region', parentExecution: { workflowId: run.id } });
  });

  test('that fails is the cause of its parent, down to the error of the task', async () => {
    const region = workflow('region', {}, ({ task }) => {
      const up = task('up', {
        ...once,
        run: () => {
          throw new TypeError('no quota');
        },
      });
      return { up };
    });
    const release = workflow('release', {}, ({ task, subworkflow }) => {
      const eu = subworkflow('eu', region);
      return { report: task('report', { needs: { eu }, run: () => 'all is well' }) };
    });
    await using engine = await connectEngine();
    const run = await engine.start(release);
    const error = await withWorker(engine, [release], () => run.result().catch((thrown: unknown) => thrown));
    expect(error).toBeInstanceOf(RunFailedError);
    expect(String(error)).toContain("'up' failed after 1 attempt: no quota");
    expect(messagesOf(error).at(-1)).toBe('no quota');
    expect(statesOf(await run.status())).toEqual({ eu: 'failed', report: 'upstream_failed' });
    expect(await run.explain('report')).toMatch(
      /report is upstream_failed.*because 'eu' failed\n +eu failed.*no quota/,
    );
  });

  test('whose `with` gives what its schema refuses fails with the path, and no child is started', async () => {
    const region = workflow('region', { input: z.object({ image: z.string().min(3) }) }, ({ task }) => {
      task('up', { run: () => 'is up' });
    });
    const release = workflow('release', {}, ({ subworkflow }) => {
      subworkflow('eu', region, { with: () => ({ image: 'x' }) });
    });
    await using engine = await connectEngine();
    const run = await engine.start(release);
    await withWorker(engine, [release], async () => {
      await expect(run.result()).rejects.toThrow(/image/);
    });
    expect(taskOf(await run.status(), 'eu')).toMatchObject({
      state: 'failed',
      attempts: 1,
      error: { type: 'InvalidChildInput' },
    });
    expect(childrenIn(await historyOf(engine, run))).toEqual([]);
  });

  test('that an operator retries is a new child, whose tasks have the idempotency keys of before', async () => {
    let isBroken = true;
    const keys: string[] = [];
    const region = workflow('region', {}, ({ task }) => {
      const up = task('up', {
        ...once,
        run: (_, { idempotencyKey }) => {
          keys.push(idempotencyKey);
          if (isBroken) throw new Error('no quota');
          return 'is up';
        },
      });
      return { up };
    });
    const release = workflow('release', { onFailure: 'hold' }, ({ subworkflow }) => ({
      eu: subworkflow('eu', region),
    }));
    await using engine = await connectEngine();
    const run = await engine.start(release);
    await withWorker(engine, [release], async () => {
      await waitForState(run, 'eu', 'held');
      isBroken = false;
      await run.task('eu').retry();
      expect(await run.result()).toEqual({ eu: { up: 'is up' } });
    });
    expect(childrenIn(await historyOf(engine, run))).toEqual([`${run.id}/eu`, `${run.id}/eu#2`]);
    expect(keys).toEqual(Array(2).fill(`${run.id}/eu/${run.runId}/up`));
  });
});

test('a map runs a workflow for each item, which is its input, or of which `with` makes it', async () => {
  const region = workflow('region', { input: z.object({ name: z.string() }) }, ({ task }) => ({
    up: task('up', { run: (_, { input }) => `${input.name} is up` }),
  }));
  const release = workflow('release', {}, ({ map }) => {
    const plain = map('plain', { over: () => [{ name: 'eu' }, { name: 'us' }], workflow: region });
    const made = map('made', { over: () => ['as', 'af'], workflow: region, with: (name) => ({ name }) });
    return { plain, made };
  });
  await using engine = await connectEngine();
  const run = await engine.start(release);
  await withWorker(engine, [release], async () => {
    expect(await run.result()).toEqual({
      plain: [{ up: 'eu is up' }, { up: 'us is up' }],
      made: [{ up: 'as is up' }, { up: 'af is up' }],
    });
  });
  const children = ['made[0]', 'made[1]', 'plain[0]', 'plain[1]'].map((item) => `${run.id}/${item}`);
  expect(childrenIn(await historyOf(engine, run)).sort()).toEqual(children);
});

/** Of an error and of what it was caused by. */
function messagesOf(error: unknown): string[] {
  return error instanceof Error ? [error.message, ...messagesOf(error.cause)] : [];
}
