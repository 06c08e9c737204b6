import { describe, expect, test } from 'vitest';
import { type TaskHandle, workflow } from '../../src/index.js';
import { deferred } from '../support/deferred.js';
import { executionsOf, startShort } from '../support/short-executions.js';
import { taskOf } from '../support/snapshots.js';
import { KIBIBYTE, text, withStorage } from '../support/stored-runs.js';
import { taskLine } from '../support/task-line.js';

/** Events after which the runs of this file continue as new. */
const EVENTS = 60;
/** Outputs of so many bytes, which travel themselves, and together are 3 MiB. */
const BYTES = 6 * KIBIBYTE;
const COUNT = 512;

/** Bytes of a list of texts, each of the number at which it stands. */
const numbered = (count: number, bytes: number) => Array.from({ length: count }, (_, n) => `${n}`.padEnd(bytes, 'x'));

describe('a run with 3 MiB of outputs of a map', () => {
  test.each([
    ['that nobody needs any more', false],
    ['that the last task needs', true],
  ])(
    '%s continues as new, and all of them can be read',
    async (_, isNeeded) => {
      const definition = workflow('long', {}, (builder) => {
        const pages = builder.map('pages', {
          over: () => Array.from({ length: COUNT }, (_, n) => n),
          run: (n) => `${n}`.padEnd(BYTES, 'x'),
        });
        const first = builder.task('first', { needs: { pages }, run: ({ pages }) => pages.length });
        const line = taskLine(builder, 20);
        const needs = { line, first, ...(isNeeded && { pages }) };
        return {
          last: builder.task('last', { needs, run: (given) => ('pages' in given ? given.pages.join('').length : 0) }),
          pages,
        };
      });
      await withStorage([definition], async (engine) => {
        const run = await startShort(engine, definition, EVENTS);
        const { last, pages } = await run.result();
        expect(last).toBe(isNeeded ? COUNT * BYTES : 0);
        expect(pages).toEqual(numbered(COUNT, BYTES));
        expect((await executionsOf(engine, run)).length).toBeGreaterThan(1);
        expect(await run.output('pages[511]')).toMatch(/^511x+$/);
        expect(taskOf(await run.status(), 'pages').output).toMatchObject({ storage: 'memory' });
      });
    },
    180_000,
  );
});

test('what tasks made before is given to those that run in a later execution, whether it travelled or was stored', async () => {
  const definition = workflow('long', { maxConcurrentTasks: 10 }, (builder) => {
    const makes: Record<string, TaskHandle<string>> = {};
    for (let n = 0; n < 60; n++)
      makes[`make${n}`] = builder.task(`make${n}`, { run: () => text(n % 2 === 0 ? 7 * KIBIBYTE : 100 * KIBIBYTE) });
    const go = builder.approval('go');
    return {
      sum: builder.task('sum', {
        needs: { ...makes, go },
        run: ({ go: _, ...made }) => Object.values(made).join('').length,
      }),
    };
  });
  await withStorage([definition], async (engine) => {
    const run = await startShort(engine, definition, 40);
    await expect.poll(async () => (await run.status()).counts.succeeded, { timeout: 60_000 }).toBe(60);
    expect(await run.output('make1')).toBe(text(100 * KIBIBYTE));
    await run.approve('go');
    expect(await run.result()).toEqual({ sum: 30 * (7 * KIBIBYTE - 2) + 30 * (100 * KIBIBYTE - 2) });
    expect((await executionsOf(engine, run)).length).toBeGreaterThan(1);
    expect(await run.output('make0')).toBe(text(7 * KIBIBYTE));
  });
}, 180_000);

test('while the storage fails a run whose outputs are too much to be carried goes on, and continues as new later', async () => {
  let isAway = true;
  let failures = 0;
  const over = () => Array.from({ length: 100 }, (_, n) => n);
  const definition = workflow('long', { maxConcurrentTasks: 50 }, ({ map }) => {
    for (let m = 0; m < 18; m++) {
      const run = (n: number) => {
        if (failures > 0) isAway = false; // nothing runs while it is to continue as new: it has given that up
        return `${n}`.padEnd(8_000, 'x');
      };
      map(`m${m}`, { over, run });
    }
  });
  await withStorage([definition], async (engine, storage) => {
    storage.beforeStore = () => {
      if (!isAway) return;
      failures++;
      throw new Error('the storage is away');
    };
    const run = await startShort(engine, definition, 1_000);
    await run.result();
    expect(failures).toBeGreaterThan(0);
    expect((await executionsOf(engine, run)).length).toBeGreaterThan(1);
    expect(await run.output('m3[3]')).toMatch(/^3x+$/);
  });
}, 240_000);

test('a run that is asked to stop while it stores what it carries over does stop', async () => {
  const storing = deferred();
  const asked = deferred();
  const over = () => Array.from({ length: 100 }, (_, n) => n);
  const run = (n: number) => `${n}`.padEnd(8_000, 'x');
  const definition = workflow('long', { maxConcurrentTasks: 50 }, ({ map, approval }) => {
    for (const id of ['a', 'b']) map(id, { over, run });
    approval('never');
  });
  await withStorage([definition], async (engine, storage) => {
    storage.beforeStore = () => {
      storing.resolve();
      return asked.promise;
    };
    // So short that the run hears of the request before the storage has answered.
    const started = await startShort(engine, definition, 500, { workflowTaskTimeout: '2s' });
    await storing.promise;
    await started.cancel();
    const hasHeard = async () => {
      const { events } = await engine.client.workflow.getHandle(started.id).fetchHistory();
      const asking = events?.findIndex((event) => event.workflowExecutionCancelRequestedEventAttributes) ?? -1;
      return asking !== -1 && events?.slice(asking).some((event) => event.workflowTaskStartedEventAttributes);
    };
    await expect.poll(hasHeard, { timeout: 5_000 }).toBe(true);
    asked.resolve();
    await expect(started.result()).rejects.toMatchObject({ code: 'RUN_CANCELLED' });
    expect((await started.status()).status).toBe('cancelled');
  });
}, 60_000);
