import { expect, test } from 'vitest';
import { z } from 'zod';
import { workflow } from '../../src/index.js';
import { expectSameFromHistory } from '../support/rebuilt-from-history.js';
import { statesOf } from '../support/snapshots.js';
import { KIBIBYTE, MEBIBYTE, text, withStorage } from '../support/stored-runs.js';

const once = { retry: { maximumAttempts: 1 } };

/** Its input, an output, the items and what they made are stored; `pay` fails until it is repaired. */
function paying() {
  const state = { isBroken: true, made: 0, items: 0 };
  const definition = workflow('paying', { input: z.object({ text: z.string() }) }, ({ task, map }) => {
    const large = task('large', {
      run: (_, { input }) => {
        state.made++;
        return input.text + input.text;
      },
    });
    const items = map('items', {
      over: () => Array.from({ length: 40 }, (_, n) => `${n}`.padEnd(50 * KIBIBYTE, 'x')),
      tolerate: 1,
      ...once,
      run: (item, { index }) => {
        state.items++;
        if (state.isBroken && index === 7) throw new Error('no route');
        return item.slice(0, 40 * KIBIBYTE);
      },
    });
    const pay = task('pay', {
      ...once,
      needs: { large, items },
      run: ({ large, items }, { input }) => {
        if (state.isBroken) throw new Error('the card was declined');
        return {
          large: large.length,
          items: items.filter((item) => item !== undefined).length,
          input: input.text.length,
        };
      },
    });
    return { pay, large };
  });
  return { state, definition };
}

const INPUT = { text: text(MEBIBYTE / 2) };

test.each(['same', 'latest'] as const)(
  'a rerun from what failed, with the %s definition, uses again what is stored',
  async (which) => {
    const { state, definition } = paying();
    await withStorage([definition], async (engine) => {
      const run = await engine.start(definition, INPUT);
      await expect(run.result()).rejects.toThrow('the card was declined');
      state.isBroken = false;
      const again = await engine.rerun(
        run.id,
        which === 'same' ? { workflow: definition } : { definition: 'latest', workflow: definition },
      );
      const { pay, large } = (await again.result()) as { pay: object; large: string };
      expect(pay).toEqual({ large: MEBIBYTE - 4, items: 39, input: MEBIBYTE / 2 - 2 });
      expect(large).toHaveLength(MEBIBYTE - 4);
      expect(state.made).toBe(1);
      expect(await again.output('items[39]')).toMatch(/^39x+$/);
      expect(statesOf(await again.status())).toMatchObject({ large: 'succeeded', pay: 'succeeded' });
    });
  },
  120_000,
);

test('a rerun of one item whose list of items is stored gives it its item, and of a rerun the rerun does', async () => {
  const { state, definition } = paying();
  await withStorage([definition], async (engine) => {
    const run = await engine.start(definition, INPUT);
    await expect(run.result()).rejects.toThrow('the card was declined');
    state.isBroken = false;
    state.items = 0;
    const again = await engine.rerun(run.id, { from: ['items[7]'] });
    await again.result();
    expect(state.items).toBe(1);
    expect(await again.output('items[7]')).toMatch(/^7x+$/);
    const third = await engine.rerun(again.id, { from: ['items[39]'] });
    await third.result();
    expect(await third.output('items[39]')).toMatch(/^39x+$/);
    expect(await third.output('items[7]')).toMatch(/^7x+$/);
  });
}, 120_000);

test('a run whose stored input is gone is run again with another', async () => {
  const release = workflow('release', { input: z.object({ text: z.string() }) }, ({ task }) => ({
    size: task('size', { ...once, run: (_, { input }) => input.text.length }),
  }));
  await withStorage([release], async (engine, storage) => {
    storage.beforeRetrieve = () => storage.objects.clear();
    const run = await engine.start(release, { text: text(MEBIBYTE) });
    await run.result().catch(() => {}); // what was stored may be in the worker's memory
    await expect(
      engine.rerun(run.id, { from: ['size'], input: { text: 'short' } }).then((again) => again.result()),
    ).resolves.toEqual({
      size: 5,
    });
  });
});

test('a run whose whole state is more than a start can carry is run again', async () => {
  const state = { isBroken: true };
  const definition = workflow('wide', {}, ({ task, map }) => {
    const a = map('a', {
      over: () => Array.from({ length: 900 }, (_, n) => n),
      run: (n) => `${n}`.padEnd(KIBIBYTE, 'x'),
    });
    const b = map('b', {
      over: () => Array.from({ length: 900 }, (_, n) => n),
      run: (n) => `${n}`.padEnd(KIBIBYTE, 'y'),
    });
    const c = map('c', {
      over: () => Array.from({ length: 900 }, (_, n) => n),
      run: (n) => `${n}`.padEnd(KIBIBYTE, 'z'),
    });
    return {
      sum: task('sum', {
        ...once,
        needs: { a, b, c },
        run: ({ a, b, c }) => {
          if (state.isBroken) throw new Error('it is broken');
          return [a, b, c].map((list) => list.reduce((sum, item) => sum + Number.parseInt(item, 10), 0));
        },
      }),
    };
  });
  await withStorage([definition], async (engine) => {
    const run = await engine.start(definition);
    await expect(run.result()).rejects.toThrow('it is broken');
    state.isBroken = false;
    const again = await engine.rerun(run.id);
    expect(await again.result()).toEqual({ sum: new Array(3).fill((900 * 899) / 2) });
    expect(await again.output('b[899]')).toMatch(/^899y+$/);
  });
}, 240_000);

test('a large map of a run whose input is stored is read from history as it was', async () => {
  const squares = workflow('squares', { input: z.object({ text: z.string() }) }, ({ map }) => ({
    squares: map('squares', {
      over: () => Array.from({ length: 1_001 }, (_, n) => n),
      concurrency: 20, // each item gets the input
      run: (n) => n * n,
    }),
  }));
  await withStorage([squares], async (engine) => {
    const run = await engine.start(squares, { text: text(1.899 * MEBIBYTE) });
    await run.result();
    await expectSameFromHistory(engine, run);
    expect(await run.output('squares')).toHaveLength(1_001);
  });
});
