import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { workflow } from '../../src/index.js';
import { runInProcess, StuckRunError } from '../../testing/index.js';

const day = 24 * 60 * 60 * 1_000;
const once = { maximumAttempts: 1 };

describe('the time of a run in process', () => {
  test('skips a sleep in which nothing else goes on', async () => {
    const definition = workflow('w', {}, ({ sleep, task }) => {
      const night = sleep('night', '1 day');
      return { wake: task('wake', { needs: { night }, run: () => 'up' }) };
    });
    const run = await runInProcess(definition);
    expect(await run.result()).toEqual({ wake: 'up' });
    expect(run.duration).toBeGreaterThanOrEqual(day);
  });

  test('skips to a date', async () => {
    const until = new Date(Date.now() + 3 * day);
    const run = await runInProcess(workflow('w', {}, ({ sleep }) => void sleep('until', until)));
    expect(run.task('until').state).toBe('succeeded');
  });

  test('skips to the nearest timer first', async () => {
    const order: string[] = [];
    const definition = workflow('w', {}, ({ sleep, task }) => {
      const long = sleep('long', '2 days');
      const short = sleep('short', '1 day');
      task('afterLong', { needs: { long }, run: () => void order.push('long') });
      task('afterShort', { needs: { short }, run: () => void order.push('short') });
    });
    await runInProcess(definition);
    expect(order).toEqual(['short', 'long']);
  });

  test('is not skipped while a handler runs', async () => {
    const order: string[] = [];
    const definition = workflow('w', {}, ({ sleep, task }) => {
      const night = sleep('night', '1 day');
      task('wake', { needs: { night }, run: () => void order.push('wake') });
      task('work', {
        run: async () => {
          for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
          order.push('work');
        },
      });
    });
    await runInProcess(definition);
    expect(order).toEqual(['work', 'wake']);
  });

  test('flows as it does, where the test wants that', async () => {
    const definition = workflow('w', {}, ({ sleep }) => void sleep('nap', 20));
    const before = Date.now();
    await runInProcess(definition, undefined, { time: 'real' });
    expect(Date.now() - before).toBeGreaterThanOrEqual(19);
  });

  test.each([
    ['fail', 'failed', undefined],
    ['skip', 'skipped', undefined],
    [{ value: 7 }, 'succeeded', 7],
  ] as const)('lets a wait time out, with onTimeout %o', async (onTimeout, state, output) => {
    const definition = workflow('w', {}, ({ event }) => {
      event('day', { schema: z.number(), timeout: '1 day', onTimeout: onTimeout as 'fail' });
    });
    const run = await runInProcess(definition);
    expect(run.task('day')).toMatchObject({ state, output });
  });

  test('lets a held task fail in the end', async () => {
    const definition = workflow('w', { onFailure: 'hold', holdTimeout: '1 day' }, ({ task }) => {
      task('build', { retry: once, run: failing });
    });
    const run = await runInProcess(definition);
    expect(run.task('build')).toMatchObject({ state: 'failed', error: { message: 'no image' } });
  });

  test('can be let pass by the test that steers', async () => {
    const definition = workflow('w', {}, ({ approval }) => void approval('go-live', { timeout: '1 day' }));
    const approved = await runInProcess(definition, undefined, {
      steer: async (run) => {
        await run.sleep('23 hours');
        await run.approve('go-live');
      },
    });
    expect(approved.outcome).toBe('completed');
    const late = await runInProcess(definition, undefined, {
      steer: async (run) => {
        await run.sleep('25 hours');
        await expect(run.approve('go-live')).rejects.toThrow('the run has ended');
      },
    });
    expect(late.task('go-live').state).toBe('failed');
  });
});

describe('a run in which nothing can happen any more', () => {
  const definition = workflow('w', { onFailure: 'hold' }, ({ approval, event, task, map, subworkflow }) => {
    approval('go-live');
    event('day', { schema: z.json() });
    task('build', { retry: once, run: failing });
    map('smoke', { over: () => [1], retry: once, run: failing });
    subworkflow(
      'trip',
      workflow('trip', {}, ({ approval }) => void approval('budget')),
    );
  });

  test('is stuck, and says what waits', async () => {
    const running = runInProcess(definition);
    await expect(running).rejects.toThrow(StuckRunError);
    await expect(running).rejects.toThrow(
      "nothing can happen any more: 'go-live' waits, 'day' waits, 'build' is held, 'smoke[0]' is held, 'trip/budget' waits",
    );
    await expect(running).rejects.toMatchObject({ ids: ['go-live', 'day', 'build', 'smoke[0]', 'trip/budget'] });
  });

  test('is stuck as well if the test waits for what does not come', async () => {
    const waitFor = runInProcess(definition, undefined, { steer: (run) => run.waitFor('go-live', 'succeeded') });
    await expect(waitFor).rejects.toThrow(StuckRunError);
  });

  test('or if it is paused', async () => {
    const nightly = workflow('nightly', {}, ({ task }) => {
      const first = task('first', { run: () => {} });
      task('second', { needs: { first }, run: () => {} });
    });
    const running = runInProcess(nightly, undefined, { steer: (run) => run.pause() });
    await expect(running).rejects.toThrow('nothing can happen any more: the run is paused');
  });
});

describe('a handler that goes on after its signal has aborted', () => {
  const deaf = () => new Promise<never>(() => {});

  test('is not waited for, when its run is cancelled', async () => {
    const definition = workflow('w', {}, ({ task }) => void task('deaf', { run: deaf }));
    const run = await runInProcess(definition, undefined, {
      steer: async (run) => {
        await run.waitFor('deaf', 'running');
        await run.cancel();
      },
    });
    expect(run.outcome).toBe('cancelled');
    expect(run.task('deaf').state).toBe('cancelled');
  });

  test('is not waited for, when another failure stops the run', async () => {
    const definition = workflow('w', { onFailure: 'cancel' }, ({ task }) => {
      task('deaf', { run: deaf });
      task('build', { retry: once, run: failing });
    });
    expect((await runInProcess(definition)).task('deaf').state).toBe('cancelled');
  });
});

function failing(): never {
  throw new TypeError('no image');
}
