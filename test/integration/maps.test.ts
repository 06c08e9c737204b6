import { describe, expect, test } from 'vitest';
import { RunCancelledError, workflow } from '../../src/index.js';
import { deferred } from '../support/deferred.js';
import { isoDate } from '../support/iso-date.js';
import { dispatchesIn, historyOf } from '../support/run-history.js';
import { statesOf, taskOf, waitForState } from '../support/snapshots.js';
import { untilAborted } from '../support/until-aborted.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

const once = { retry: { maximumAttempts: 1 } };

describe('a map', () => {
  test('makes its items of its needs, and gives the results in their order, whichever ends first', async () => {
    const lastHasEnded = deferred();
    const definition = workflow('release', {}, ({ task, map }) => {
      const regions = task('regions', { run: () => ['eu', 'us', 'as'] });
      const smoke = map('smoke', {
        needs: { regions },
        over: ({ regions }) => regions,
        run: async (region, { index, needs }) => {
          if (index === 0) await lastHasEnded.promise;
          if (index === 2) lastHasEnded.resolve();
          return `${region}, ${index + 1} of ${needs.regions.length}`;
        },
      });
      const report = task('report', { needs: { smoke }, run: ({ smoke }) => smoke.join('; ') });
      return { smoke, report };
    });
    await using engine = await connectEngine();
    const result = await withWorker(engine, [definition], () => engine.execute(definition));
    expect(result).toEqual({
      smoke: ['eu, 1 of 3', 'us, 2 of 3', 'as, 3 of 3'],
      report: 'eu, 1 of 3; us, 2 of 3; as, 3 of 3',
    });
  });

  test('is an activity for its items and one for each of them, by ids that the history shows', async () => {
    const definition = workflow('release', {}, ({ map }) => {
      map('smoke', { over: () => ['eu', 'us'], run: () => null });
    });
    await using engine = await connectEngine();
    const run = await engine.start(definition);
    await withWorker(engine, [definition], () => run.result());
    const dispatches = dispatchesIn(await historyOf(engine, run));
    expect([...dispatches.keys()]).toEqual(['smoke', 'smoke[0]', 'smoke[1]']);
    expect([...dispatches.values()].map(({ activityType }) => activityType?.name)).toEqual(
      Array(3).fill('release.smoke'),
    );
  });

  test('without items succeeds with none', async () => {
    const definition = workflow('release', {}, ({ map }) => {
      return { smoke: map('smoke', { over: (): string[] => [], run: (region) => region }) };
    });
    await using engine = await connectEngine();
    const run = await engine.start(definition);
    await withWorker(engine, [definition], async () => expect(await run.result()).toEqual({ smoke: [] }));
    expect(taskOf(await run.status(), 'smoke').items).toMatchObject({ total: 0 });
  });

  test('carries what JSON does not through its `output` schema, also where an operator completes it as a whole', async () => {
    const definition = workflow('release', { onFailure: 'hold' }, ({ task, map }) => {
      const built = map('built', { over: () => [1, 2], output: isoDate, run: (day) => new Date(day) });
      const given = map('given', {
        ...once,
        over: (): number[] => {
          throw new Error('no list');
        },
        output: isoDate,
        run: (day) => new Date(day),
      });
      const times = task('times', {
        needs: { built, given },
        run: ({ built, given }) => [...built, ...given].map((date) => date.getTime()),
      });
      return { built, times };
    });
    await using engine = await connectEngine();
    const run = await engine.start(definition);
    await withWorker(engine, [definition], async () => {
      await waitForState(run, 'given', 'held');
      await run.task('given').complete([new Date(3)]);
      expect(await run.result()).toEqual({ built: [new Date(1), new Date(2)], times: [1, 2, 3] });
    });
  });

  test('runs as many items at once as `concurrency` says', async () => {
    let [running, most, entered] = [0, 0, 0];
    const entries = Array.from({ length: 7 }, () => deferred());
    const definition = workflow('release', {}, ({ map }) => {
      const smoke = map('smoke', {
        over: () => [0, 1, 2, 3, 4, 5, 6],
        concurrency: 3,
        run: async (item) => {
          most = Math.max(most, ++running);
          entries[entered++]?.resolve();
          await entries[Math.min(item + 2, 6)]?.promise; // that is, until the two behind it run, too
          running--;
          return item;
        },
      });
      return { smoke };
    });
    await using engine = await connectEngine();
    const { smoke } = await withWorker(engine, [definition], () => engine.execute(definition));
    expect(smoke).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(most).toBe(3);
  });
});

test('a run that is cancelled stops the items that run, and starts no others', async () => {
  const bothRun = [deferred(), deferred()];
  const definition = workflow('release', {}, ({ map }) => {
    map('smoke', {
      over: () => [0, 1, 2, 3, 4],
      concurrency: 2,
      run: (item, { signal }) => {
        bothRun[item]?.resolve();
        return untilAborted(signal);
      },
    });
  });
  await using engine = await connectEngine();
  const run = await engine.start(definition);
  await withWorker(engine, [definition], async () => {
    await Promise.all(bothRun.map(({ promise }) => promise));
    await run.cancel();
    await expect(run.result()).rejects.toThrow(RunCancelledError);
  });
  expect(statesOf(await run.status())).toEqual({ smoke: 'cancelled' });
  const { items } = await run.status({ items: 'smoke' });
  expect(items.map(({ state, attempts }) => [state, attempts])).toEqual([
    ...Array(2).fill(['cancelled', 1]),
    ...Array(3).fill(['cancelled', 0]),
  ]);
});
