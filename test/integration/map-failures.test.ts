import { describe, expect, test } from 'vitest';
import { RunFailedError, workflow } from '../../src/index.js';
import { dispatchesIn, historyOf } from '../support/run-history.js';
import { statesOf, taskOf, waitForItems } from '../support/snapshots.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

const once = { retry: { maximumAttempts: 1 } };

describe('items that fail', () => {
  test.each<number | `${number}%`>([2, '29%'])(
    'with `tolerate: %s` may be 2 of 10, and leave undefined at their place',
    async (tolerate) => {
      const definition = workflow('release', {}, ({ task, map }) => {
        const smoke = map('smoke', {
          over: () => [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
          tolerate,
          ...once,
          run: (item) => {
            if (item < 2) throw new Error('no route');
            return item;
          },
        });
        const seen = task('seen', { needs: { smoke }, run: ({ smoke }) => smoke.map((item) => typeof item) });
        return { smoke, seen };
      });
      await using engine = await connectEngine();
      const run = await engine.start(definition);
      await withWorker(engine, [definition], async () => {
        const { smoke, seen } = await run.result();
        expect(smoke).toEqual([undefined, undefined, 2, 3, 4, 5, 6, 7, 8, 9]);
        expect(seen).toEqual(['undefined', 'undefined', ...Array(8).fill('number')]);
      });
      expect(taskOf(await run.status(), 'smoke')).toMatchObject({
        state: 'succeeded',
        items: { total: 10, counts: { failed: 2, succeeded: 8 } },
      });
    },
  );

  test('beyond what is tolerated fail the map when the others have ended, and it names them', async () => {
    const definition = workflow('release', {}, ({ task, map }) => {
      const smoke = map('smoke', {
        over: () => ['eu', 'us', 'as', 'af'],
        tolerate: 1,
        ...once,
        run: (region) => {
          if (region !== 'af') throw new Error(`no route to ${region}`);
          return region;
        },
      });
      return { report: task('report', { needs: { smoke }, run: () => 'all is well' }) };
    });
    await using engine = await connectEngine();
    const run = await engine.start(definition);
    const error = await withWorker(engine, [definition], () => run.result().catch((thrown: unknown) => thrown));
    expect(error).toBeInstanceOf(RunFailedError);
    const snapshot = await run.status();
    expect(statesOf(snapshot)).toEqual({ smoke: 'failed', report: 'upstream_failed' });
    expect(taskOf(snapshot, 'smoke').items?.counts).toMatchObject({ failed: 3, succeeded: 1 });
    expect(String(error)).toContain('smoke[1]: no route to us');
  });

  test('are held under `hold`, and an operator retries one of them alone', async () => {
    let isBroken = true;
    const calls: string[] = [];
    const definition = workflow('release', { onFailure: 'hold' }, ({ map }) => {
      const smoke = map('smoke', {
        over: () => ['eu', 'us', 'as'],
        ...once,
        run: (region, { idempotencyKey }) => {
          calls.push(region);
          if (isBroken && region === 'us') throw new Error('no route');
          return idempotencyKey;
        },
      });
      return { smoke };
    });
    await using engine = await connectEngine();
    const run = await engine.start(definition);
    await withWorker(engine, [definition], async () => {
      await waitForItems(run, 'smoke', ['succeeded', 'held', 'succeeded']);
      expect(taskOf(await run.status(), 'smoke').state).toBe('running');
      isBroken = false;
      await run.task('smoke[1]').retry();
      const { smoke } = await run.result();
      expect(smoke).toEqual([0, 1, 2].map((item) => `${run.id}/${run.runId}/smoke/${item}`));
    });
    expect(calls.sort()).toEqual(['as', 'eu', 'us', 'us']);
    expect([...dispatchesIn(await historyOf(engine, run)).keys()]).toContain('smoke[1]#2');
  });
});
