import { describe, expect, test, vi } from 'vitest';
import { RunCancelledError, workflow } from '../../src/index.js';
import { deferred } from '../support/deferred.js';
import { dispatchesIn, historyOf } from '../support/run-history.js';
import { statesOf, taskOf } from '../support/snapshots.js';
import { untilAborted } from '../support/until-aborted.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

describe('a run that is cancelled in the middle', () => {
  test('aborts the running handler, starts nothing new, and ends cancelled', async () => {
    const entered = deferred();
    const aborted = deferred();
    const definition = workflow('release', {}, ({ task }) => {
      const build = task('build', { run: () => 'image' });
      const unit = task('unit', {
        needs: { build },
        run: async (_, { signal }) => {
          entered.resolve();
          await untilAborted(signal).finally(() => aborted.resolve());
          return 'never';
        },
      });
      return { deploy: task('deploy', { needs: { unit }, run: () => 'deployed' }) };
    });
    await using engine = await connectEngine();
    await withWorker(engine, [definition], async () => {
      const run = await engine.start(definition);
      await entered.promise;
      await run.cancel('the release is off');
      await aborted.promise;
      await expect(run.result()).rejects.toThrow(RunCancelledError);

      const snapshot = await run.status();
      expect(snapshot.status).toBe('cancelled');
      expect(statesOf(snapshot)).toEqual({ build: 'succeeded', unit: 'cancelled', deploy: 'cancelled' });
      expect(taskOf(snapshot, 'unit')).toMatchObject({
        attempts: 1,
        cause: { message: 'because the run was cancelled' },
      });
      expect(taskOf(snapshot, 'deploy')).toMatchObject({ attempts: 0, scheduledAt: undefined, error: undefined });

      const history = await historyOf(engine, run);
      expect([...dispatchesIn(history).keys()]).toEqual(['build', 'unit']);
      const request = history.find((event) => event.workflowExecutionCancelRequestedEventAttributes);
      expect(request?.workflowExecutionCancelRequestedEventAttributes?.cause).toBe('the release is off');
    });
  });

  test('waits for a handler that takes its time to clean up', async () => {
    const entered = deferred();
    let cleanedUp = false;
    const definition = workflow('release', {}, ({ task }) => {
      const build = task('build', {
        run: async (_, { signal }) => {
          entered.resolve();
          try {
            return await untilAborted(signal);
          } finally {
            await new Promise((resolve) => setTimeout(resolve, 300));
            cleanedUp = true;
          }
        },
      });
      return { build };
    });
    await using engine = await connectEngine();
    await withWorker(engine, [definition], async () => {
      const run = await engine.start(definition);
      await entered.promise;
      await run.cancel();
      await expect(run.result()).rejects.toThrow(RunCancelledError);
      expect(cleanedUp).toBe(true);
    });
  });

  test('counts a handler that throws an error of its own after the abort as cancelled, and does not retry it', async () => {
    const entered = deferred();
    const attempts: number[] = [];
    const definition = workflow('release', {}, ({ task }) => {
      const build = task('build', {
        retry: { maximumAttempts: 5, initialInterval: 10 },
        run: async (_, { signal, attempt }) => {
          attempts.push(attempt);
          entered.resolve();
          await untilAborted(signal).catch(() => {});
          throw new Error('the child process was killed');
        },
      });
      return { build };
    });
    await using engine = await connectEngine();
    await withWorker(engine, [definition], async () => {
      const run = await engine.start(definition);
      await entered.promise;
      await run.cancel();
      await expect(run.result()).rejects.toThrow(RunCancelledError);
      expect(attempts).toEqual([1]);
      expect(statesOf(await run.status())).toEqual({ build: 'cancelled' });
    });
  });

  test('keeps the output of a task that completes in spite of it', async () => {
    const entered = deferred();
    const definition = workflow('release', {}, ({ task }) => {
      const build = task('build', {
        run: async (_, { signal }) => {
          entered.resolve();
          await untilAborted(signal).catch(() => {});
          return 'finished all the same';
        },
      });
      return { deploy: task('deploy', { needs: { build }, run: ({ build }) => build }) };
    });
    await using engine = await connectEngine();
    await withWorker(engine, [definition], async () => {
      const run = await engine.start(definition);
      await entered.promise;
      await run.cancel();
      await expect(run.result()).rejects.toThrow(RunCancelledError);
      expect(statesOf(await run.status())).toEqual({ build: 'succeeded', deploy: 'cancelled' });
    });
  });

  test('is completed when nothing was left to cancel', async () => {
    const entered = deferred();
    const definition = workflow('release', {}, ({ task }) => {
      const build = task('build', {
        run: async (_, { signal }) => {
          entered.resolve();
          await untilAborted(signal).catch(() => {});
          return 'finished all the same';
        },
      });
      return { build };
    });
    await using engine = await connectEngine();
    await withWorker(engine, [definition], async () => {
      const run = await engine.start(definition);
      await entered.promise;
      await run.cancel();
      expect(await run.result()).toEqual({ build: 'finished all the same' });
      expect((await run.status()).status).toBe('completed');
    });
  });

  test('waits for a handler that ignores its signal, and cancels the rest', async () => {
    const entered = deferred();
    const goOn = deferred();
    const definition = workflow('release', {}, ({ task }) => {
      const stubborn = task('stubborn', {
        run: async () => {
          entered.resolve();
          await goOn.promise;
          return 'as if nothing had happened';
        },
      });
      return { deploy: task('deploy', { needs: { stubborn }, run: () => 'deployed' }) };
    });
    await using engine = await connectEngine();
    await withWorker(engine, [definition], async () => {
      const run = await engine.start(definition);
      await entered.promise;
      await run.cancel();
      await vi.waitFor(async () => expect(taskOf(await run.status(), 'deploy').state).toBe('cancelled'), 10_000);
      const open = await run.status();
      expect(open.status).toBe('running');
      expect(taskOf(open, 'stubborn').state).toBe('running');
      goOn.resolve();
      await expect(run.result()).rejects.toThrow(RunCancelledError);
    });
  });

  test('cancels what waits for a free place without handing it to a worker', async () => {
    const entered = deferred();
    const handlers: string[] = [];
    const definition = workflow('release', { maxConcurrentTasks: 1 }, ({ task }) => {
      for (const id of ['a', 'b', 'c']) {
        task(id, {
          run: async (_, { signal }) => {
            handlers.push(id);
            entered.resolve();
            await untilAborted(signal);
          },
        });
      }
    });
    await using engine = await connectEngine();
    await withWorker(engine, [definition], async () => {
      const run = await engine.start(definition);
      await entered.promise;
      await run.cancel();
      await expect(run.result()).rejects.toThrow(RunCancelledError);
      expect(handlers).toEqual(['a']);
      const attempts = (await run.status()).tasks.map((task) => [task.id, task.attempts]);
      expect(attempts).toEqual([
        ['a', 1],
        ['b', 0],
        ['c', 0],
      ]);
    });
  });

  test('does not count a task that no worker had taken as an attempt', async () => {
    const definition = workflow('release', {}, ({ task }) => {
      return { remote: task('remote', { taskQueue: 'nobody-polls-this', run: () => null }) };
    });
    await using engine = await connectEngine();
    await withWorker(engine, [definition], async () => {
      const run = await engine.start(definition);
      await vi.waitFor(async () => expect(dispatchesIn(await historyOf(engine, run)).size).toBe(1), 10_000);
      await run.cancel();
      await expect(run.result()).rejects.toThrow(RunCancelledError);
      expect(taskOf(await run.status(), 'remote')).toMatchObject({ state: 'cancelled', attempts: 0 });
    });
  });
});

describe('a run that is cancelled before a worker exists', () => {
  const definition = workflow('release', {}, ({ task }) => {
    const build = task('build', { run: () => 'image' });
    return { deploy: task('deploy', { needs: { build }, run: () => 'deployed' }) };
  });

  test('ends cancelled when one comes, and runs nothing', async () => {
    await using engine = await connectEngine();
    const run = await engine.start(definition);
    await run.cancel('never mind');
    await withWorker(engine, [definition], async () => {
      await expect(run.result()).rejects.toThrow(RunCancelledError);
      expect(dispatchesIn(await historyOf(engine, run)).size).toBe(0);
      const tasks = (await run.status()).tasks.map((task) => [task.id, task.state, task.attempts]);
      expect(tasks).toEqual([
        ['build', 'cancelled', 0],
        ['deploy', 'cancelled', 0],
      ]);
    });
  });

  test('ends cancelled, too, when it was started by its name', async () => {
    await using engine = await connectEngine();
    const run = await engine.start<typeof definition>('release');
    await run.cancel('never mind');
    await withWorker(engine, [definition], async () => {
      await expect(run.result()).rejects.toThrow(RunCancelledError);
      expect(dispatchesIn(await historyOf(engine, run)).size).toBe(0);
      expect((await run.status()).status).toBe('cancelled');
    });
  });
});

test('cancelling twice changes nothing', async () => {
  const entered = deferred();
  const definition = workflow('release', {}, ({ task }) => {
    const build = task('build', {
      run: async (_, { signal }) => {
        entered.resolve();
        return await untilAborted(signal);
      },
    });
    return { build };
  });
  await using engine = await connectEngine();
  await withWorker(engine, [definition], async () => {
    const run = await engine.start(definition);
    await entered.promise;
    await run.cancel('once');
    await run.cancel('twice');
    await expect(run.result()).rejects.toThrow(RunCancelledError);
  });
});

test('on a run that has ended, a request to cancel changes nothing, and terminating says that there is no open one', async () => {
  const definition = workflow('release', {}, ({ task }) => ({ build: task('build', { run: () => 'image' }) }));
  await using engine = await connectEngine();
  await withWorker(engine, [definition], async () => {
    const run = await engine.start(definition);
    await run.result();
    await run.cancel();
    await expect(run.terminate()).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    expect((await run.status()).status).toBe('completed');
  });
});

test('terminating ends the run at once, and its handlers are told with their next heartbeat', async () => {
  const entered = deferred();
  const aborted = deferred();
  const definition = workflow('release', {}, ({ task }) => {
    const build = task('build', {
      run: async (_, { signal }) => {
        entered.resolve();
        return await untilAborted(signal).finally(() => aborted.resolve());
      },
    });
    return { build };
  });
  await using engine = await connectEngine();
  await withWorker(engine, [definition], async () => {
    const run = await engine.start(definition);
    await entered.promise;
    await run.terminate('out of money');
    await expect(run.result()).rejects.toMatchObject({
      code: 'RUN_TERMINATED',
      message: expect.stringContaining('out of money'),
    });
    await aborted.promise;
  });
});
