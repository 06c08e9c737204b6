import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { compile, DefinitionError, workflow } from '../../src/index.js';
import { createWorker, WorkerConfigurationError } from '../../worker/index.js';
import { deferred } from '../support/deferred.js';
import { dispatchesIn, historyOf } from '../support/run-history.js';
import { statesOf, taskOf, waitForState } from '../support/snapshots.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

describe('a worker without a handler for a task', () => {
  const old = workflow('release', {}, ({ task }) => {
    return { build: task('build', { run: () => 'image' }) };
  });
  const current = workflow('release', {}, ({ task }) => {
    const build = task('build', { run: () => 'image' });
    return { deploy: task('deploy', { needs: { build }, run: ({ build }, { attempt }) => `${build}/${attempt}` }) };
  });

  test('makes the run wait and say why; a fitting worker lets it go on, and no attempt was used', async () => {
    await using engine = await connectEngine();
    const run = await engine.start(current);
    await withWorker(engine, [old], async () => {
      const { cause } = await waitForState(run, 'deploy', 'waiting');
      expect(cause?.message).toContain('release.deploy');
      expect(cause?.message).toContain("it serves 'release'");
      const snapshot = await run.status();
      expect(snapshot.status).toBe('running');
      expect(statesOf(snapshot)).toEqual({ build: 'succeeded', deploy: 'waiting' });
      expect(taskOf(snapshot, 'deploy').attempts).toBe(0);
    });
    await withWorker(engine, [current], async () => expect(await run.result()).toEqual({ deploy: 'image/1' }));
    expect(taskOf(await run.status(), 'deploy')).toMatchObject({ state: 'succeeded', attempts: 1, cause: undefined });
    const ids = [...dispatchesIn(await historyOf(engine, run)).keys()];
    expect(ids.slice(0, 3)).toEqual(['build', 'deploy', 'deploy#2']);
  });

  test('holds up only what needs the task', async () => {
    const wider = workflow('release', {}, ({ task }) => {
      const build = task('build', { run: () => 'image' });
      const lint = task('lint', { run: () => 'clean' });
      const notes = task('notes', { needs: { build }, run: ({ build }) => `notes of ${build}` });
      return { lint, notes };
    });
    const withoutLint = workflow('release', {}, ({ task }) => {
      const build = task('build', { run: () => 'image' });
      return { notes: task('notes', { needs: { build }, run: ({ build }) => `notes of ${build}` }) };
    });
    await using engine = await connectEngine();
    const run = await engine.start(wider);
    await withWorker(engine, [withoutLint], async () => {
      await waitForState(run, 'lint', 'waiting');
      await waitForState(run, 'notes', 'succeeded');
    });
    await run.terminate('the test is over');
  });

  test('counts on from an attempt that had failed before', async () => {
    const failed = deferred();
    const served = (fails: boolean) =>
      workflow('release', {}, ({ task }) => {
        const deploy = task('deploy', {
          retry: { maximumAttempts: 3, initialInterval: '1s', backoffCoefficient: 1 },
          run: (_, { attempt }) => {
            if (!fails) return attempt;
            failed.resolve();
            throw new Error('the registry is down');
          },
        });
        return { deploy };
      });
    await using engine = await connectEngine();
    const run = await engine.start(served(true));
    await withWorker(engine, [served(true)], () => failed.promise);
    await withWorker(engine, [workflow('other', {}, ({ task }) => void task('only', { run: () => {} }))], async () => {
      expect((await waitForState(run, 'deploy', 'waiting')).attempts).toBe(1);
    });
    await withWorker(engine, [served(false)], async () => expect(await run.result()).toEqual({ deploy: 2 }));
    expect(taskOf(await run.status(), 'deploy').attempts).toBe(2);
  });

  test('does not hand it to a default activity that the user has', async () => {
    await using engine = await connectEngine();
    const run = await engine.start(current);
    const activities = { default: () => 'from the default activity' };
    await withWorker(engine, [old], () => waitForState(run, 'deploy', 'waiting'), { activities });
    await run.terminate('the test is over');
  });
});

describe('a worker with a handler of another shape', () => {
  test('makes the run wait and names both shapes, where the needs have changed', async () => {
    const planned = workflow('release', {}, ({ task }) => {
      const build = task('build', { run: () => 'image' });
      const unit = task('unit', { run: () => 12 });
      return {
        deploy: task('deploy', { needs: { build, tests: unit }, run: ({ build, tests }) => `${build}/${tests}` }),
      };
    });
    const other = workflow('release', {}, ({ task }) => {
      const build = task('build', { run: () => 'image' });
      task('unit', { run: () => 12 });
      return { deploy: task('deploy', { needs: { build }, run: ({ build }) => `${build} without tests` }) };
    });
    await using engine = await connectEngine();
    const run = await engine.start(planned);
    await withWorker(engine, [other], async () => {
      const { cause } = await waitForState(run, 'deploy', 'waiting');
      expect(cause?.message).toContain("the run's plan has a task that needs {build, tests: unit}");
      expect(cause?.message).toContain("this worker's definition has a task that needs {build}");
    });
    await withWorker(engine, [planned], async () => expect(await run.result()).toEqual({ deploy: 'image/12' }));
    expect(taskOf(await run.status(), 'deploy').attempts).toBe(1);
  });

  test('makes the run wait, where the input schema has changed', async () => {
    const planned = workflow('release', { input: z.object({ dir: z.string() }) }, ({ task }) => {
      return { build: task('build', { run: (_, { input }) => input.dir }) };
    });
    const other = workflow('release', { input: z.object({ directory: z.string() }) }, ({ task }) => {
      return { build: task('build', { run: (_, { input }) => input.directory }) };
    });
    await using engine = await connectEngine();
    const run = await engine.start(planned, { dir: 'here' });
    await withWorker(engine, [other], async () => {
      const { cause } = await waitForState(run, 'build', 'waiting');
      expect(cause?.message.match(/input schema [0-9a-f]{12}/g)).toHaveLength(2);
    });
    await withWorker(engine, [planned], async () => expect(await run.result()).toEqual({ build: 'here' }));
  });

  test('makes the run wait, where the output schema of the task has changed', async () => {
    const define = (output: z.ZodNumber) =>
      workflow('release', {}, ({ task }) => ({
        size: task('size', { output: z.object({ output }), run: () => ({ output: 3 }) as never }),
      }));
    await using engine = await connectEngine();
    const run = await engine.start(define(z.number()));
    await withWorker(engine, [define(z.number().max(10))], async () => {
      const { cause } = await waitForState(run, 'size', 'waiting');
      expect(cause?.message.match(/output schema [0-9a-f]{12}/g)).toHaveLength(2);
    });
    await withWorker(engine, [define(z.number())], async () =>
      expect(await run.result()).toEqual({ size: { output: 3 } }),
    );
  });

  test('cancels with the run while it waits', async () => {
    const planned = workflow('release', {}, ({ task }) => ({ build: task('build', { run: () => 'image' }) }));
    const other = workflow('other', {}, ({ task }) => void task('only', { run: () => {} }));
    await using engine = await connectEngine();
    const run = await engine.start(planned);
    await withWorker(engine, [other], async () => {
      await waitForState(run, 'build', 'waiting');
      await run.cancel('nobody serves it');
      await expect(run.result()).rejects.toMatchObject({ code: 'RUN_CANCELLED' });
    });
    expect(taskOf(await run.status(), 'build')).toMatchObject({ state: 'cancelled', attempts: 0 });
  });
});

test('an old worker beside a new one on the same queue: each run completes on the worker that fits, and no attempt is used by the other', async () => {
  const versionOne = workflow('release', {}, ({ task }) => {
    const build = task('build', { run: () => 'image' });
    return { deploy: task('deploy', { needs: { build }, run: ({ build }) => `one: ${build}` }) };
  });
  const versionTwo = workflow('release', {}, ({ task }) => {
    const build = task('build', { run: () => 'image' });
    const unit = task('unit', { needs: { build }, run: ({ build }) => build.length });
    return { deploy: task('deploy', { needs: { build, unit }, run: ({ build, unit }) => `two: ${build} ${unit}` }) };
  });
  await using engine = await connectEngine();
  const start = async (version: typeof versionOne) =>
    Promise.all(Array.from({ length: 3 }, () => engine.start(version)));
  const [ones, twos] = [await start(versionOne), await start(versionTwo)];
  await withWorker(engine, [versionOne], () =>
    withWorker(engine, [versionTwo], () =>
      vi.waitFor(async () => {
        for (const { status, counts } of await Promise.all([...ones, ...twos].map((run) => run.status()))) {
          expect(status === 'completed' || counts.waiting > 0).toBe(true);
        }
      }, 20_000),
    ),
  );
  // Those that met the wrong worker, which can happen several times in a row, go on with the right one.
  await withWorker(engine, [versionOne], async () => {
    for (const run of ones) expect(await run.result()).toEqual({ deploy: 'one: image' });
  });
  await withWorker(engine, [versionTwo], async () => {
    for (const run of twos) expect(await run.result()).toEqual({ deploy: 'two: image 5' });
  });
  for (const { tasks } of await Promise.all([...ones, ...twos].map((run) => run.status()))) {
    expect(tasks.map(({ attempts }) => attempts)).toEqual(tasks.map(() => 1));
  }
});

test('a run started by the name of a workflow that no worker has stays open, shows the problem, and completes on a worker with it', async () => {
  const release = workflow('release', {}, ({ task }) => ({ build: task('build', { run: () => 'image' }) }));
  const relase = workflow('relase', {}, ({ task }) => ({ build: task('build', { run: () => 'typo' }) }));
  await using engine = await connectEngine();
  // The SDK lets later attempts of a failing workflow task run into their timeout, which is 10 s by default.
  const run = await engine.start<typeof release>('release', undefined, { workflowTaskTimeout: '1s' });
  await withWorker(engine, [relase], async () => {
    const problem = await vi.waitFor(
      async () => {
        const snapshot = await run.status();
        expect(snapshot.problem).toBeDefined();
        expect(snapshot).toMatchObject({ status: 'running', tasks: [] });
        return snapshot.problem;
      },
      { timeout: 20_000, interval: 200 },
    );
    expect(problem).toContain("this worker has no workflow 'release'; did you mean 'relase'?");
    const health = await engine.health();
    expect(health.ok).toBe(false);
    expect(health.problems).toEqual([
      { workflowId: run.id, runId: run.runId, workflow: 'release', problem: expect.stringContaining('no workflow') },
    ]);
  });
  await withWorker(engine, [release], async () => expect(await run.result()).toEqual({ build: 'image' }));
  expect((await run.status()).problem).toBeUndefined();
});

describe('workflows named like what every object has', () => {
  test.each(['constructor', 'toString', 'hasOwnProperty', '__proto__', 'default'])('%s is refused', async (name) => {
    const odd = workflow(name, {}, ({ task }) => ({ build: task('build', { run: () => 'image' }) }));
    expect(() => compile(odd)).toThrow(DefinitionError);
    await expect(createWorker({ workflows: [odd] })).rejects.toThrow(DefinitionError);
  });

  test('a task named like one is refused', () => {
    const odd = workflow('release', {}, ({ task }) => ({ build: task('valueOf', { run: () => 'image' }) }));
    expect(() => compile(odd)).toThrow("'valueOf' is a reserved name");
  });
});

test('two workflows of the same name on one worker are refused', async () => {
  const define = () => workflow('release', {}, ({ task }) => ({ build: task('build', { run: () => 1 }) }));
  await expect(createWorker({ workflows: [define(), define()] })).rejects.toThrow(WorkerConfigurationError);
});
