import { Runtime } from '@temporalio/worker';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { RunFailedError, type TaskContext, workflow } from '../../src/index.js';
import { dispatchesIn, historyOf, payloadsOf } from '../support/run-history.js';
import { taskOf } from '../support/snapshots.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

afterEach(() => vi.restoreAllMocks());

describe('the context of a handler', () => {
  test('names the run, the task and the attempt', async () => {
    const contexts: TaskContext[] = [];
    const definition = workflow('release', { input: z.object({ dir: z.string() }) }, ({ task }) => {
      const build = task('build', { run: (_, ctx) => void contexts.push(ctx) });
      task('deploy', { needs: { build }, run: (_, ctx) => void contexts.push(ctx) });
    });
    await using engine = await connectEngine();
    await withWorker(engine, [definition], async () => {
      const { id: workflowId, runId, ...run } = await started(engine.start(definition, { dir: 'here' }));
      await run.result;
      const common = { workflow: 'release', workflowId, runId, attempt: 1, input: { dir: 'here' } };
      expect(contexts).toMatchObject([
        { ...common, task: 'build', idempotencyKey: `${workflowId}/${runId}/build`, heartbeatDetails: undefined },
        { ...common, task: 'deploy', idempotencyKey: `${workflowId}/${runId}/deploy` },
      ]);
      expect(contexts[0]?.signal.aborted).toBe(false);
    });
  });

  test('has the same idempotency key in every attempt, and another in another run', async () => {
    const keys: string[] = [];
    const definition = workflow('release', {}, ({ task }) => {
      const build = task('build', {
        retry: { initialInterval: 10 },
        run: (_, { idempotencyKey, attempt }) => {
          keys.push(idempotencyKey);
          if (attempt === 1) throw new Error('once more');
          return attempt;
        },
      });
      return { build };
    });
    await using engine = await connectEngine();
    await withWorker(engine, [definition], async () => {
      await engine.execute(definition);
      await engine.execute(definition);
    });
    const [first, second, third, fourth] = keys;
    expect(second).toBe(first);
    expect(fourth).toBe(third);
    expect(third).not.toBe(first);
  });

  test('has the heartbeat details of the attempt before, which automatic heartbeats keep', async () => {
    const seen: unknown[] = [];
    const definition = workflow('copy', {}, ({ task }) => {
      const copy = task('copy', {
        retry: { initialInterval: 10, maximumAttempts: 3 },
        heartbeatTimeout: '600ms',
        run: async (_, { attempt, heartbeat, heartbeatDetails }) => {
          seen.push(heartbeatDetails);
          if (attempt === 1) heartbeat({ copied: 40 });
          // Long enough for a heartbeat of the wrapper's own.
          await new Promise((resolve) => setTimeout(resolve, 700));
          if (attempt < 3) throw new Error('connection lost');
          return 'copied';
        },
      });
      return { copy };
    });
    await using engine = await connectEngine();
    await withWorker(engine, [definition], () => engine.execute(definition));
    expect(seen).toEqual([undefined, { copied: 40 }, { copied: 40 }]);
  });

  test('logs with the run and the task in every line', async () => {
    const warn = vi.spyOn(Runtime.instance().logger, 'warn');
    const definition = workflow('release', {}, ({ task }) => ({
      build: task('build', { run: (_, ctx) => ctx.log.warn('the cache is cold', { hits: 0 }) }),
    }));
    await using engine = await connectEngine();
    const { id } = await withWorker(engine, [definition], async () => {
      const run = await engine.start(definition);
      await run.result();
      return run;
    });
    expect(warn).toHaveBeenCalledWith(
      'the cache is cold',
      expect.objectContaining({ hits: 0, workflowId: id, activityType: 'release.build' }),
    );
  });
});

describe('load', () => {
  test("imports a task's module at its first use", async () => {
    let imports = 0;
    const definition = workflow('release', {}, ({ task }) => {
      const build = task('build', { run: () => `image, ${imports} imports` });
      const deploy = task('deploy', {
        needs: { build },
        load: () => {
          imports++;
          return import('../support/loaded-handler.js');
        },
      });
      return { deploy };
    });
    await using engine = await connectEngine();
    await withWorker(engine, [definition], async () => {
      expect(await engine.execute(definition)).toEqual({ deploy: 'deployed image, 0 imports' });
    });
    expect(imports).toBe(1);
  });

  test('says what is missing in a module without `run`', async () => {
    const definition = workflow('release', {}, ({ task }) => ({
      build: task('build', { retry: { maximumAttempts: 1 }, load: async () => ({ handler: () => 1 }) as never }),
    }));
    await using engine = await connectEngine();
    await withWorker(engine, [definition], async () => {
      await expect(engine.execute(definition)).rejects.toThrow(
        /release\.build: the module that load imports has no function `run`/,
      );
    });
  });
});

describe('an output that is not JSON fails the task, is not retried, and is named by its path', () => {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;

  test.each<[what: string, output: unknown, message: string]>([
    ['NaN', { sizes: [1, Number.NaN] }, 'output.sizes[1]: NaN is not JSON'],
    ['a Date', { built: { at: new Date(0) } }, 'output.built.at: a Date is not JSON'],
    ['a Map', new Map([['a', 1]]), 'output: a Map is not JSON'],
    ['a bigint', { size: 1n }, 'output.size: a bigint is not JSON'],
    ['a class instance', { url: new URL('http://localhost') }, 'output.url: a URL is not JSON'],
    ['undefined in an array', [1, undefined], 'output[1]: undefined is not JSON'],
    ['a cycle', cycle, 'output.self: a cycle is not JSON'],
  ])('%s', async (_, output, message) => {
    let attempts = 0;
    const definition = workflow('release', {}, ({ task }) => ({
      build: task('build', {
        run: () => {
          attempts++;
          return output as never;
        },
      }),
    }));
    await using engine = await connectEngine();
    await withWorker(engine, [definition], async () => {
      const failure = await engine.execute(definition).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(RunFailedError);
      expect((failure as RunFailedError).details?.failed).toEqual([
        { task: 'build', type: 'InvalidOutput', message: expect.stringContaining(message), attempts: 1 },
      ]);
    });
    expect(attempts).toBe(1);
  });

  test('the same holds for one that does not fit its schema', async () => {
    const definition = workflow('release', {}, ({ task }) => ({
      build: task('build', { output: z.object({ image: z.string().min(3) }), run: () => ({ image: 'ab' }) }),
    }));
    await using engine = await connectEngine();
    await withWorker(engine, [definition], async () => {
      await expect(engine.execute(definition)).rejects.toThrow(
        /'build' failed after 1 attempt: output\.image: Too small/,
      );
    });
  });
});

describe('an output arrives as it was', () => {
  test.each<[what: string, output: unknown]>([
    ['null', null],
    ['false', false],
    ['an empty string', ''],
    ['an array', [[], {}, 'a']],
    ['one that looks like the envelope of Pawl', { $pawl: { attempts: 7 }, output: 'not this' }],
    ['one with keys of Object.prototype', JSON.parse('{"constructor":1,"__proto__":{"a":1},"toString":2}')],
    ['text beyond ASCII', 'Zürich 🚀 \u0000'],
  ])('%s', async (_, output) => {
    const definition = workflow('release', {}, ({ task }) => {
      const build = task('build', { run: () => output as { any: 'JSON' } });
      const deploy = task('deploy', { needs: { build }, run: ({ build }) => JSON.stringify(build) });
      return { build, deploy };
    });
    await using engine = await connectEngine();
    await withWorker(engine, [definition], async () => {
      const { build, deploy } = await engine.execute(definition);
      expect(JSON.stringify(build)).toBe(JSON.stringify(output));
      expect(deploy).toBe(JSON.stringify(output));
    });
  });

  test('one that looks like the envelope, after a failed attempt', async () => {
    const output = { $pawl: { attempts: 7 } };
    const definition = workflow('release', {}, ({ task }) => ({
      build: task('build', {
        retry: { initialInterval: 10 },
        run: (_, { attempt }) => {
          if (attempt === 1) throw new Error('once more');
          return output;
        },
      }),
    }));
    await using engine = await connectEngine();
    await withWorker(engine, [definition], async () => {
      const run = await engine.start(definition);
      expect(await run.result()).toEqual({ build: output });
      expect(taskOf(await run.status(), 'build').attempts).toBe(2);
    });
  });

  test('none, which is undefined for the consumer and left out of the result', async () => {
    const definition = workflow('release', {}, ({ task }) => {
      const build = task('build', { run: () => {} });
      const deploy = task('deploy', {
        needs: { build },
        run: (needs) => [Object.keys(needs).length, needs.build === undefined],
      });
      return { build, deploy };
    });
    await using engine = await connectEngine();
    await withWorker(engine, [definition], async () => {
      const outputs = await engine.execute(definition);
      expect(outputs).toEqual({ deploy: [expect.any(Number), true] });
    });
  });
});

test('a handler that blocks the event loop for longer than its heartbeat timeout is retried, and a warning names it', async () => {
  const warn = vi.spyOn(Runtime.instance().logger, 'warn');
  const attempts: number[] = [];
  const definition = workflow('release', {}, ({ task }) => ({
    build: task('build', {
      heartbeatTimeout: '1s',
      // Past the block: a worker takes tasks while its event loop is blocked, and would lose the second attempt as well.
      retry: { initialInterval: '3s', maximumAttempts: 2 },
      run: (_, { attempt }) => {
        attempts.push(attempt);
        if (attempt === 1) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3_000);
        return `image of attempt ${attempt}`;
      },
    }),
  }));
  await using engine = await connectEngine();
  await withWorker(engine, [definition], async () => {
    const run = await engine.start(definition);
    expect(await run.result()).toEqual({ build: 'image of attempt 2' });
    expect(taskOf(await run.status(), 'build').attempts).toBe(2);
  });
  expect(attempts).toEqual([1, 2]);
  const warnings = warn.mock.calls.map(([message]) => message);
  expect(warnings).toContainEqual(
    expect.stringMatching(
      /^the event loop was blocked for .* longer than the heartbeat timeout of 'release\.build' \(1 s\)/,
    ),
  );
});

describe('what Temporal shows of a task', () => {
  const definition = workflow('release', {}, ({ task }) => {
    const build = task('build', {
      title: 'Build the image',
      startToCloseTimeout: '2m',
      scheduleToCloseTimeout: '1h',
      heartbeatTimeout: '7s',
      retry: {
        maximumAttempts: 5,
        initialInterval: '2s',
        backoffCoefficient: 3,
        maximumInterval: '1m',
        nonRetryableErrorTypes: ['Gone'],
      },
      priority: { priorityKey: 2, fairnessKey: 'tenant-a', fairnessWeight: 2.5 },
      run: () => 'image',
    });
    return { deploy: task('deploy', { needs: { build }, run: ({ build }) => build }) };
  });

  test("is its id, type, title and options, by Temporal's own names; and the defaults of one that has none", async () => {
    await using engine = await connectEngine();
    const history = await withWorker(engine, [definition], async () => {
      const run = await engine.start(definition);
      await run.result();
      return historyOf(engine, run);
    });
    const dispatches = dispatchesIn(history);
    expect(dispatches.get('build')).toMatchObject({
      activityType: { name: 'release.build' },
      taskQueue: { name: engine.taskQueue },
      startToCloseTimeout: seconds(120),
      scheduleToCloseTimeout: seconds(3_600),
      heartbeatTimeout: seconds(7),
      retryPolicy: {
        maximumAttempts: 5,
        initialInterval: seconds(2),
        backoffCoefficient: 3,
        maximumInterval: seconds(60),
        nonRetryableErrorTypes: ['Gone'],
      },
      priority: { priorityKey: 2, fairnessKey: 'tenant-a', fairnessWeight: 2.5 },
    });
    expect(dispatches.get('deploy')).toMatchObject({
      activityType: { name: 'release.deploy' },
      startToCloseTimeout: seconds(600),
      heartbeatTimeout: seconds(20),
      retryPolicy: { maximumAttempts: 3, initialInterval: seconds(1), backoffCoefficient: 2 },
    });
    const scheduled = history.filter((event) => event.activityTaskScheduledEventAttributes);
    const summaries = await payloadsOf(engine).values(scheduled.map(({ userMetadata }) => userMetadata?.summary ?? {}));
    expect(summaries).toEqual(['Build the image', 'deploy']);
  });

  test('is one plain JSON argument, with needs and input apart from what is Pawl’s own', async () => {
    await using engine = await connectEngine();
    const history = await withWorker(engine, [definition], async () => {
      const run = await engine.start(definition);
      await run.result();
      return historyOf(engine, run);
    });
    const payloads = dispatchesIn(history).get('deploy')?.input?.payloads;
    expect(await payloadsOf(engine).values(payloads)).toEqual([
      {
        needs: { build: 'image' },
        pawl: expect.objectContaining({ workflow: 'release', task: 'deploy', attemptsUsed: 0 }),
      },
    ]);
  });

  test('is its own task queue, whose worker runs it', async () => {
    await using engine = await connectEngine();
    await using gpu = await connectEngine();
    const queues = workflow('queues', {}, ({ task }) => {
      const train = task('train', { taskQueue: gpu.taskQueue, run: () => 'model' });
      return { deploy: task('deploy', { needs: { train }, run: ({ train }) => `deployed ${train}` }) };
    });
    await withWorker(engine, [queues], () =>
      withWorker(gpu, [queues], async () => {
        const run = await engine.start(queues);
        expect(await run.result()).toEqual({ deploy: 'deployed model' });
        const dispatches = dispatchesIn(await historyOf(engine, run));
        expect(dispatches.get('train')?.taskQueue?.name).toBe(gpu.taskQueue);
        expect(dispatches.get('deploy')?.taskQueue?.name).toBe(engine.taskQueue);
      }),
    );
  });
});

function seconds(count: number): object {
  return { seconds: expect.toSatisfy((value: unknown) => Number(value) === count, `${count} s`) };
}

async function started<R extends { id: string; runId: string | undefined; result(): Promise<unknown> }>(
  start: Promise<R>,
) {
  const run = await start;
  return { id: run.id, runId: run.runId, result: run.result() };
}
