import { describe, expect, test, vi } from 'vitest';
import { rebuildSnapshot } from '../../src/client/history-reader.js';
import { SNAPSHOT_MEMO } from '../../src/core/protocol.js';
import { readTasks, type WireSnapshot } from '../../src/core/snapshot.js';
import { NoWorkerError, type OrchestrationEngine, type Run, type RunSnapshot, workflow } from '../../src/index.js';
import { deferred } from '../support/deferred.js';
import { MemoryStorage } from '../support/memory-storage.js';
import { historyOf, payloadsOf } from '../support/run-history.js';
import { statesOf, taskOf, waitForState } from '../support/snapshots.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

/** `build` is done, `unit` runs until the test lets it go on, `deploy` needs it. */
function held() {
  const entered = deferred();
  const goOn = deferred();
  const definition = workflow('release', {}, ({ task }) => {
    const build = task('build', { title: 'Build the image', run: () => 'image' });
    const unit = task('unit', {
      needs: { build },
      run: async (_, { signal }) => {
        entered.resolve();
        await Promise.race([goOn.promise, rejectOnAbort(signal)]);
        return 12;
      },
    });
    return { deploy: task('deploy', { needs: { build, unit }, run: ({ build, unit }) => `${build}/${unit}` }) };
  });
  return { definition, entered, goOn };
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}

describe('status of an open run', () => {
  test('tells the state of every task now, with times and attempts', async () => {
    const { definition, entered, goOn } = held();
    await using engine = await connectEngine();
    await withWorker(engine, [definition], async () => {
      const before = Date.now() - 1_000; // the server's clock may be a little behind
      const run = await engine.start(definition);
      await entered.promise;
      const snapshot = await run.status();
      expect(snapshot).toMatchObject({
        workflow: 'release',
        workflowId: run.id,
        runId: run.runId,
        status: 'running',
        closedAt: undefined,
        counts: { succeeded: 1, running: 1, pending: 1, failed: 0 },
        problem: undefined,
      });
      expect(snapshot.startedAt.getTime()).toBeGreaterThan(before);
      expect(snapshot.tasks).toMatchObject([
        {
          id: 'build',
          title: 'Build the image',
          state: 'succeeded',
          attempts: 1,
          needs: [],
          settledAt: expect.any(Date),
        },
        { id: 'unit', title: 'unit', state: 'running', attempts: 1, needs: ['build'], startedAt: expect.any(Date) },
        { id: 'deploy', state: 'pending', attempts: 0, needs: ['build', 'unit'], scheduledAt: undefined },
      ]);
      goOn.resolve();
      await run.result();
    });
  });

  test('tells the attempt that runs, and why the one before failed', async () => {
    const second = deferred();
    const goOn = deferred();
    const definition = workflow('release', {}, ({ task }) => ({
      build: task('build', {
        retry: { initialInterval: 10 },
        run: async (_, { attempt }) => {
          if (attempt === 1) throw new RangeError('the registry is down');
          second.resolve();
          await goOn.promise;
          return 'image';
        },
      }),
    }));
    await using engine = await connectEngine();
    await withWorker(engine, [definition], async () => {
      const run = await engine.start(definition);
      await second.promise;
      const task = await waitForState(run, 'build', 'running');
      expect(task).toMatchObject({ attempts: 2, error: { message: 'the registry is down', type: 'RangeError' } });
      goOn.resolve();
      await run.result();
    });
  });

  test('rejects with NoWorkerError when nobody answers: when no worker has come yet, and when all have gone', async () => {
    const { definition, entered } = held();
    await using engine = await connectEngine();
    const left = await engine.start(definition);
    await withWorker(engine, [definition], () => entered.promise);
    const untouched = await engine.start(definition);
    for (const status of await Promise.allSettled([left.status(), untouched.status()])) {
      expect(status).toMatchObject({ status: 'rejected', reason: expect.any(NoWorkerError) });
      const message = expect.stringMatching(/no worker answered .* start one with createWorker/);
      expect(status).toMatchObject({ reason: { message } });
    }
    await Promise.all([left.terminate(), untouched.terminate()]);
  });
});

describe('status of a closed run, without a worker', () => {
  test('of one that completed', async () => {
    const { definition, goOn } = held();
    goOn.resolve();
    await using engine = await connectEngine();
    const run = await withWorker(engine, [definition], async () => {
      const started = await engine.start(definition);
      await started.result();
      return started;
    });
    const snapshot = await run.status();
    expect(snapshot).toMatchObject({ status: 'completed', closedAt: expect.any(Date), counts: { succeeded: 3 } });
    for (const { scheduledAt, settledAt } of snapshot.tasks) {
      expect(settledAt?.getTime()).toBeGreaterThanOrEqual(scheduledAt?.getTime() ?? Number.POSITIVE_INFINITY);
    }
  });

  test('of one that failed, with error, stack and causes', async () => {
    const definition = workflow('release', {}, ({ task }) => {
      const build = task('build', {
        retry: { maximumAttempts: 2, initialInterval: 10 },
        run: function compileSources(): string {
          throw new TypeError('no compiler');
        },
      });
      const unit = task('unit', { needs: { build }, run: ({ build }) => build });
      return { deploy: task('deploy', { needs: { unit }, run: ({ unit }) => unit }) };
    });
    await using engine = await connectEngine();
    const run = await withWorker(engine, [definition], () => ended(engine.start(definition)));
    const snapshot = await run.status();
    expect(snapshot.status).toBe('failed');
    const [build, unit, deploy] = snapshot.tasks;
    expect(build).toMatchObject({ state: 'failed', attempts: 2, error: { type: 'TypeError', message: 'no compiler' } });
    expect(build?.error?.stack).toContain('compileSources');
    expect(unit?.cause).toEqual({ kind: 'upstream', message: "because 'build' failed", root: 'build', from: 'build' });
    expect(deploy?.cause).toEqual({
      kind: 'upstream',
      message: "because 'build' failed, through 'unit'",
      root: 'build',
      from: 'unit',
    });
  });

  test('of one that was terminated, as it was then', async () => {
    const { definition, entered } = held();
    await using engine = await connectEngine();
    const run = await engine.start(definition);
    await withWorker(engine, [definition], async () => {
      await entered.promise;
      await run.terminate('enough');
    });
    const snapshot = await run.status();
    expect(snapshot.status).toBe('terminated');
    expect(statesOf(snapshot)).toEqual({ build: 'succeeded', unit: 'running', deploy: 'pending' });
    expect(taskOf(snapshot, 'build')).toMatchObject({ attempts: 1, title: 'Build the image' });
  });

  test('of one that was started by name and terminated: its plan is in history', async () => {
    const { definition, entered } = held();
    await using engine = await connectEngine();
    const run = await engine.start<typeof definition>('release');
    await withWorker(engine, [definition], async () => {
      await entered.promise;
      await run.terminate('enough');
    });
    expect(statesOf(await run.status())).toEqual({ build: 'succeeded', unit: 'running', deploy: 'pending' });
  });

  test('of one that was terminated before any worker came', async () => {
    const { definition } = held();
    await using engine = await connectEngine();
    const [whole, byName] = [await engine.start(definition), await engine.start<typeof definition>('release')];
    await Promise.all([whole.terminate(), byName.terminate()]);
    expect(statesOf(await whole.status())).toEqual({ build: 'pending', unit: 'pending', deploy: 'pending' });
    expect(await byName.status()).toMatchObject({ status: 'terminated', tasks: [] });
  });

  test('of one whose execution timeout has passed', async () => {
    const { definition, entered } = held();
    await using engine = await connectEngine();
    const run = await withWorker(engine, [definition], async () => {
      const started = await engine.start(definition, undefined, { workflowExecutionTimeout: '5s' });
      await entered.promise;
      await expect(started.result()).rejects.toMatchObject({ code: 'RUN_TIMED_OUT' });
      return started;
    });
    const snapshot = await run.status();
    expect(snapshot.status).toBe('timed_out');
    expect(statesOf(snapshot)).toEqual({ build: 'succeeded', unit: 'running', deploy: 'pending' });
  });
});

describe('the state rebuilt from history is the one that the run kept', () => {
  test.each<[what: string, play: (engine: OrchestrationEngine) => Promise<Run>]>([
    [
      'of a run that was cancelled while tasks ran, were queued, and waited for a worker',
      async (engine) => {
        const queues = workflow('queues', { maxConcurrentTasks: 3 }, ({ task }) => {
          task('unserved', { run: () => 1 });
          task('remote', { taskQueue: 'nobody-polls-this', run: () => 1 });
          task('running', {
            run: (_, { signal }) => rejectOnAbort(signal),
          });
          task('queued', { taskQueue: 'nobody-polls-this', run: () => 1 });
          task('behind', { run: () => 1 });
        });
        const without = { ...queues, tasks: queues.tasks.filter(({ id }) => id !== 'unserved') };
        return withWorker(engine, [without], async () => {
          const run = await engine.start(queues);
          await waitForState(run, 'unserved', 'waiting');
          await run.cancel();
          return ended(Promise.resolve(run));
        });
      },
    ],
    [
      'of a run by name whose task had waited for a worker',
      async (engine) => {
        const whole = workflow('whole', {}, ({ task }) => {
          const build = task('build', { run: () => 'image' });
          return { deploy: task('deploy', { needs: { build }, run: ({ build }) => build }) };
        });
        const without = { ...whole, tasks: whole.tasks.slice(0, 1), outputs: {} };
        const run = await engine.start(whole);
        await withWorker(engine, [without], () => waitForState(run, 'deploy', 'waiting'));
        return withWorker(engine, [whole], () => ended(Promise.resolve(run)));
      },
    ],
  ])('%s', async (_, play) => {
    await using engine = await connectEngine();
    const run = await play(engine);
    const { memo } = await engine.client.workflow.getHandle(run.id).describe();
    const rebuilt = await rebuildSnapshot(await historyOf(engine, run), payloadsOf(engine));
    expect(rebuilt && tasksOf(rebuilt)).toEqual(tasksOf(memo?.[SNAPSHOT_MEMO] as WireSnapshot));
  });

  function tasksOf(snapshot: WireSnapshot) {
    return readTasks(snapshot).map(({ id, state, attempts, cause }) => ({ id, state, attempts, cause }));
  }
});

describe('watch', () => {
  test('yields each change once, and ends with the run', async () => {
    const { definition, entered, goOn } = held();
    await using engine = await connectEngine();
    await withWorker(engine, [definition], async () => {
      const run = await engine.start(definition);
      const seen: RunSnapshot[] = [];
      for await (const snapshot of run.watch({ interval: 50 })) {
        seen.push(snapshot);
        if (snapshot.counts.running === 1) await entered.promise;
        if (snapshot.tasks[1]?.state === 'running') goOn.resolve();
      }
      expect(seen.at(-1)).toMatchObject({ status: 'completed', counts: { succeeded: 3 } });
      expect(seen.slice(0, -1).every(({ status }) => status === 'running')).toBe(true);
      const texts = seen.map((snapshot) => JSON.stringify(snapshot));
      expect(new Set(texts).size).toBe(texts.length);
    });
  });

  test('of a run that has ended yields its last state, and nothing else', async () => {
    const { definition, goOn } = held();
    goOn.resolve();
    await using engine = await connectEngine();
    const run = await withWorker(engine, [definition], () => ended(engine.start(definition)));
    const seen = [];
    for await (const { status } of engine.run(run.id).watch()) seen.push(status);
    expect(seen).toEqual(['completed']);
  });

  test('survives a time without a worker', async () => {
    const { definition, entered, goOn } = held();
    await using engine = await connectEngine();
    const run = await engine.start(definition);
    const seen: string[] = [];
    const first = deferred();
    const watching = (async () => {
      for await (const snapshot of run.watch({ interval: 50 })) {
        seen.push(snapshot.status);
        first.resolve();
      }
    })();
    await withWorker(engine, [definition], async () => {
      await entered.promise;
      await first.promise;
    });
    await expect(run.status()).rejects.toThrow(NoWorkerError);
    goOn.resolve();
    await withWorker(engine, [definition], () => watching);
    expect(seen.at(-1)).toBe('completed');
    expect(seen[0]).toBe('running');
  });
});

test('a fan of 500 tasks, each with a need and an output of 8 KiB, completes, and its history can be read', async () => {
  const page = 'x'.repeat(8 * 1024);
  const definition = workflow('fan', {}, ({ task }) => {
    const source = task('source', { run: () => page });
    const shards = Array.from({ length: 500 }, (_, n) =>
      task(`shard${n}`, { needs: { source }, run: ({ source }) => `${n}:${source.slice(String(n).length + 1)}` }),
    );
    const some = Object.fromEntries(shards.slice(0, 100).map((shard) => [shard.id, shard]));
    return { sum: task('sum', { needs: some, run: (needs) => Object.values(needs).join('').length }) };
  });
  const storage = new MemoryStorage();
  await using engine = await connectEngine(undefined, { storage });
  const run = await withWorker(engine, [definition], () => ended(engine.start(definition)), { storage });
  expect(await run.result()).toEqual({ sum: 100 * 8 * 1024 });
  expect((await run.status()).counts.succeeded).toBe(502);
  const history = await historyOf(engine, run);
  const completed = history.filter((event) => event.activityTaskCompletedEventAttributes);
  expect(completed).toHaveLength(502);
  const rebuilt = await rebuildSnapshot(history, payloadsOf(engine));
  expect(rebuilt?.states).toBe('s'.repeat(502));
}, 120_000);

async function ended<R extends Run>(start: Promise<R>): Promise<R> {
  const run = await start;
  await vi.waitFor(async () => expect((await run.status()).status).not.toBe('running'), {
    timeout: 100_000,
    interval: 100,
  });
  return run;
}
