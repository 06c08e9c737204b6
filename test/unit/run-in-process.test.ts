import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import {
  DefinitionError,
  InvalidInputError,
  NonRetryableError,
  RunCancelledError,
  RunFailedError,
  type TaskContext,
  workflow,
} from '../../src/index.js';
import { runInProcess, UnknownTaskError } from '../../testing/index.js';
import { isoDate } from '../support/iso-date.js';
import { looseWorkflow } from '../support/loose-workflow.js';

const release = workflow(
  'release',
  { input: z.object({ dir: z.string(), ref: z.string().default('main') }) },
  ({ task }) => {
    const build = task('build', { run: (_, { input }) => ({ image: `${input.dir}@${input.ref}` }) });
    const unit = task('unit', { needs: { build }, run: async ({ build }) => build.image.length });
    const deploy = task('deploy', { needs: { build, unit }, run: ({ build, unit }) => `${build.image}/${unit}` });
    return { deploy };
  },
);

describe('a run in process', () => {
  test('calls the real handlers and gives the outputs of the definition', async () => {
    const run = await runInProcess(release, { dir: 'here' });
    expect(run.outcome).toBe('completed');
    expect(await run.result()).toEqual({ deploy: 'here@main/9' });
  });

  test('tells of every task', async () => {
    const run = await runInProcess(release, { dir: 'here' });
    expect(run.task('unit')).toEqual({
      state: 'succeeded',
      attempts: 1,
      output: 9,
      error: undefined,
      cause: undefined,
    });
  });

  test('does not know a task that the workflow does not have', async () => {
    const run = await runInProcess(release, { dir: 'here' });
    expect(() => run.task('biuld')).toThrow(UnknownTaskError);
    expect(() => run.task('biuld')).toThrow("workflow 'release': there is no task 'biuld'; did you mean 'build'?");
  });

  test('refuses a wrong input, naming the place', async () => {
    const running = runInProcess(release, { dir: 3 } as never);
    await expect(running).rejects.toThrow(InvalidInputError);
    await expect(running).rejects.toThrow("workflow 'release': input.dir: Invalid input: expected string");
  });

  test('refuses a wrong definition', async () => {
    await expect(runInProcess(looseWorkflow((task) => void task('build', {})))).rejects.toThrow(DefinitionError);
  });

  test('needs no input, where the workflow takes none', async () => {
    const nightly = workflow('nightly', {}, ({ task }) => ({ clean: task('clean', { run: () => 'done' }) }));
    expect(await (await runInProcess(nightly)).result()).toEqual({ clean: 'done' });
  });

  test('imports the module of a handler at the first use of its task', async () => {
    const load = vi.fn(() => import('../support/handlers/shout.js'));
    const shouting = workflow('shouting', {}, ({ task }) => {
      const word = task('word', { run: () => 'build' });
      return { shout: task('shout', { needs: { word }, load }) };
    });
    const run = await runInProcess(shouting);
    expect(await run.result()).toEqual({ shout: 'BUILD!' });
    expect(load).toHaveBeenCalledOnce();
  });

  test('fails the task whose module exports no `run`, and says what to do', async () => {
    const definition = looseWorkflow((task) => {
      task('build', { load: async () => ({ handler: () => 1 }), retry: { maximumAttempts: 1 } });
    });
    const run = await runInProcess(definition);
    expect(run.task('build').error?.message).toMatch(
      /^release\.build: the module .* has no function `run`; export one/,
    );
  });
});

describe('the context of a handler', () => {
  test('has the names, ids and the idempotency key of a run', async () => {
    const { context } = await contextIn({ workflowId: 'release-42' });
    expect(context).toMatchObject({
      workflow: 'release',
      task: 'build',
      workflowId: 'release-42',
      runId: 'in-process',
      idempotencyKey: 'release-42/in-process/build',
      attempt: 1,
      heartbeatDetails: undefined,
    });
    expect(context.signal.aborted).toBe(false);
  });

  test('has `in-process` as the workflow id, unless the test says otherwise', async () => {
    expect((await contextIn({})).context.workflowId).toBe('in-process');
  });

  test('logs to where the test says, or nowhere', async () => {
    const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
    const { context } = await contextIn({ log });
    context.log.info('built', { image: 'x' });
    expect(log.info).toHaveBeenCalledExactlyOnceWith('built', { image: 'x' });
    (await contextIn({})).context.log.error('unseen');
  });

  async function contextIn(options: Parameters<typeof runInProcess<typeof release>>[2]) {
    const contexts: TaskContext[] = [];
    const build = (_: unknown, context: TaskContext) => {
      contexts.push(context);
      return { image: 'x' };
    };
    await runInProcess(release, { dir: '.' }, { ...options, mocks: { build } });
    const [context] = contexts;
    if (context === undefined) throw new Error('it was not called');
    return { context };
  }
});

describe('a mock', () => {
  test('stands in for the handler, with the needs and the input', async () => {
    const unit = vi.fn((_: unknown, __: TaskContext) => 100);
    const run = await runInProcess(release, { dir: 'here' }, { mocks: { unit } });
    expect(await run.result()).toEqual({ deploy: 'here@main/100' });
    const [needs, context] = unit.mock.calls[0] ?? [];
    expect(needs).toEqual({ build: { image: 'here@main' } });
    expect(context?.input).toEqual({ dir: 'here', ref: 'main' });
  });

  test('saves the import of a module', async () => {
    const load = vi.fn(() => import('../support/handlers/shout.js'));
    const shouting = workflow('shouting', {}, ({ task }) => {
      const word = task('word', { run: () => 'build' });
      return { shout: task('shout', { needs: { word }, load }) };
    });
    const run = await runInProcess(shouting, undefined, { mocks: { shout: () => 'quiet' } });
    expect(await run.result()).toEqual({ shout: 'quiet' });
    expect(load).not.toHaveBeenCalled();
  });

  test('must keep to the schema of its task', async () => {
    const dated = workflow('dated', {}, ({ task }) => ({
      stamp: task('stamp', { output: isoDate, run: () => new Date() }),
    }));
    const run = await runInProcess(dated, undefined, { mocks: { stamp: () => 'today' } });
    expect(run.task('stamp').error).toMatchObject({ type: 'InvalidOutput' });
  });

  test('of a task that the workflow does not have is refused before anything runs', async () => {
    const build = vi.fn();
    const running = runInProcess(release, { dir: '.' }, { mocks: { build, unti: () => 1 } });
    await expect(running).rejects.toThrow(UnknownTaskError);
    await expect(running).rejects.toThrow("workflow 'release': there is no task 'unti'; did you mean 'unit'?");
    expect(build).not.toHaveBeenCalled();
  });
});

describe('values', () => {
  test('go through JSON, so that one task can not change what another gets', async () => {
    const seen: unknown[] = [];
    const definition = workflow('w', { input: z.object({ tags: z.array(z.string()) }) }, ({ task }) => {
      const list = task('list', { run: (_, { input }) => ({ tags: input.tags, more: undefined }) });
      const spoil = task('spoil', {
        needs: { list },
        run: ({ list }, { input }) => {
          list.tags.push('spoilt');
          input.tags.push('spoilt');
        },
      });
      task('look', {
        needs: { list, spoil },
        run: ({ list }, { input }) => {
          seen.push(list, input);
        },
      });
    });
    const input = { tags: ['a'] };
    const run = await runInProcess(definition, input);
    expect(seen).toEqual([{ tags: ['a'] }, { tags: ['a'] }]);
    expect(Object.keys(seen[0] as object)).toEqual(['tags']);
    expect(run.task('list').output).toEqual({ tags: ['a'] });
    expect(input).toEqual({ tags: ['a'] });
  });

  test('are encoded by the task that makes them and decoded for the one that needs them', async () => {
    const seen: unknown[] = [];
    const dated = workflow('dated', { input: z.object({ since: isoDate }) }, ({ task }) => {
      const stamp = task('stamp', { output: z.object({ at: isoDate }), run: (_, { input }) => ({ at: input.since }) });
      task('look', {
        needs: { stamp },
        run: ({ stamp }) => {
          seen.push(stamp.at);
        },
      });
      return { stamp };
    });
    const run = await runInProcess(dated, { since: '1970-01-01T00:00:00.000Z' });
    expect(seen).toEqual([new Date(0)]);
    expect(run.task('stamp').output).toEqual({ at: '1970-01-01T00:00:00.000Z' });
    expect(await run.result()).toEqual({ stamp: { at: new Date(0) } });
  });

  test('that JSON would corrupt fail the task at once, with the place and the way out', async () => {
    const build = vi.fn(() => ({ report: [{ at: new Date() }] }));
    const run = await runInProcess(looseWorkflow((task) => void task('build', { run: build })));
    expect(run.task('build')).toMatchObject({
      state: 'failed',
      attempts: 1,
      error: {
        type: 'InvalidOutput',
        message:
          'output.report[0].at: a Date is not JSON; return plain JSON, or give the task an `output` schema whose codec encodes it',
      },
    });
    expect(build).toHaveBeenCalledOnce();
  });

  test('that do not fit the output schema fail the task at once, with the place', async () => {
    const output = z.object({ size: z.number() });
    const run = await runInProcess(
      looseWorkflow((task) => void task('build', { output, run: () => ({ size: 'large' }) })),
    );
    expect(run.task('build')).toMatchObject({
      attempts: 1,
      error: { type: 'InvalidOutput', message: 'output.size: Invalid input: expected number, received string' },
    });
  });

  test('may be nothing, which a consumer gets as undefined', async () => {
    const definition = workflow('w', {}, ({ task }) => {
      const nothing = task('nothing', { run: () => {} });
      return { nothing, what: task('what', { needs: { nothing }, run: ({ nothing }) => typeof nothing }) };
    });
    expect(await (await runInProcess(definition)).result()).toEqual({ what: 'undefined' });
  });
});

describe('a handler that fails', () => {
  test('is tried again at once, as often as its options say', async () => {
    const attempts: number[] = [];
    const definition = looseWorkflow((task) => {
      task('build', {
        retry: { maximumAttempts: 4, initialInterval: '1 hour' },
        run: (_: unknown, { attempt }: TaskContext) => {
          attempts.push(attempt);
          if (attempt < 3) throw new Error('not yet');
          return 'done';
        },
      });
    });
    const run = await runInProcess(definition);
    expect(attempts).toEqual([1, 2, 3]);
    expect(run.task('build')).toMatchObject({ state: 'succeeded', attempts: 3, output: 'done' });
  });

  test('is tried three times, where its options say nothing', async () => {
    const { run, build } = await failing(() => new TypeError('no image'), {});
    expect(build).toHaveBeenCalledTimes(3);
    expect(run.task('build')).toMatchObject({
      state: 'failed',
      attempts: 3,
      error: { type: 'TypeError', message: 'no image', stack: expect.stringContaining('TypeError: no image') },
    });
  });

  test.each<[string, () => unknown, object]>([
    ['a NonRetryableError', () => new NonRetryableError('no image'), {}],
    ['a non-retryable failure of Temporal', () => ApplicationFailure.nonRetryable('no image'), {}],
    ['an error of zod', () => z.string().safeParse(3).error, {}],
    [
      'an error of a type that its options name',
      () => new TypeError('no image'),
      { retry: { nonRetryableErrorTypes: ['TypeError'] } },
    ],
  ])('is not tried again after %s', async (_, error, options) => {
    const { run, build } = await failing(error, options);
    expect(build).toHaveBeenCalledOnce();
    expect(run.task('build')).toMatchObject({ state: 'failed', attempts: 1 });
  });

  test('gets back at the next attempt what it reported last', async () => {
    const seen: unknown[] = [];
    const build = (_: unknown, { heartbeat, heartbeatDetails, attempt }: TaskContext) => {
      seen.push(heartbeatDetails);
      heartbeat({ done: attempt });
      if (attempt < 3) throw new Error('not yet');
      return { image: 'x' };
    };
    await runInProcess(release, { dir: '.' }, { mocks: { build } });
    expect(seen).toEqual([undefined, { done: 1 }, { done: 2 }]);
  });

  test('without a limit leaves time for others between its attempts', async () => {
    let isOver = false;
    setTimeout(() => {
      isOver = true;
    }, 1);
    const definition = looseWorkflow((task) => {
      task('build', {
        retry: { maximumAttempts: Number.POSITIVE_INFINITY },
        run: () => {
          if (!isOver) throw new Error('not yet');
        },
      });
    });
    expect((await runInProcess(definition)).outcome).toBe('completed');
  });

  async function failing(error: () => unknown, options: object) {
    const build = vi.fn(() => {
      throw error();
    });
    const run = await runInProcess(looseWorkflow((task) => void task('build', { ...options, run: build })));
    return { run, build };
  }
});

describe('a run with a failed task', () => {
  test('rejects with what failed and what did not run because of it', async () => {
    const mocks = { build: throwing(new TypeError('no image')) };
    const result = (await runInProcess(release, { dir: '.' }, { mocks })).result();
    await expect(result).rejects.toThrow(RunFailedError);
    await expect(result).rejects.toMatchObject({
      message:
        "1 of 3 tasks failed. 'build' failed after 3 attempts: no image. Not run because of it: 'unit', 'deploy'",
      details: { failed: [{ task: 'build', type: 'TypeError' }], notRun: ['unit', 'deploy'] },
    });
  });

  test('tells of every task why it did not run', async () => {
    const run = await runInProcess(release, { dir: '.' }, { mocks: { build: throwing(new Error('no image')) } });
    expect(run.outcome).toBe('failed');
    expect(run.task('deploy')).toMatchObject({
      state: 'upstream_failed',
      attempts: 0,
      cause: "because 'build' failed",
    });
  });

  test('goes on with what does not depend on it: continue, the default', async () => {
    const run = await runInProcess(twoLines('continue', passing));
    expect([run.task('right').state, run.task('rightNext').state]).toEqual(['succeeded', 'succeeded']);
  });

  test('lets run what runs and starts nothing new: stop', async () => {
    const run = await runInProcess(twoLines('stop', passing));
    expect([run.task('right').state, run.task('rightNext').state]).toEqual(['succeeded', 'cancelled']);
    expect(run.outcome).toBe('failed');
    expect(run.task('rightNext').cause).toBe("stopped because 'left' failed");
  });

  test('aborts the signals of what runs: cancel', async () => {
    const run = await runInProcess(twoLines('cancel', untilAborted));
    expect([run.task('right').state, run.task('rightNext').state]).toEqual(['cancelled', 'cancelled']);
    expect(run.outcome).toBe('failed');
  });

  const passing = () => new Promise((resolve) => setImmediate(resolve));

  /** `left` fails at once; beside it run `right` and, after it, `rightNext`. */
  function twoLines(onFailure: string, right: (needs: unknown, context: TaskContext) => unknown) {
    return looseWorkflow(
      (task) => {
        task('left', { retry: { maximumAttempts: 1 }, run: throwing(new Error('no image')) });
        const first = task('right', { run: async (...args: [unknown, TaskContext]) => void (await right(...args)) });
        task('rightNext', { needs: { first }, run: () => {} });
      },
      { onFailure },
    );
  }
});

describe('a run that is cancelled by its signal', () => {
  test('aborts the signals of running handlers and starts nothing new', async () => {
    const cancellation = new AbortController();
    const build = (_: unknown, context: TaskContext) => {
      cancellation.abort();
      return untilAborted(_, context);
    };
    const run = await runInProcess(release, { dir: '.' }, { mocks: { build }, signal: cancellation.signal });
    expect(run.outcome).toBe('cancelled');
    expect(run.task('build')).toMatchObject({ state: 'cancelled', attempts: 1 });
    expect(run.task('deploy')).toMatchObject({ state: 'cancelled', cause: 'because the run was cancelled' });
    await expect(run.result()).rejects.toThrow(RunCancelledError);
  });

  test('calls no handler, if that was before it began', async () => {
    const build = vi.fn();
    const run = await runInProcess(release, { dir: '.' }, { mocks: { build }, signal: AbortSignal.abort() });
    expect(run.outcome).toBe('cancelled');
    expect(run.task('build')).toMatchObject({ state: 'cancelled', attempts: 0 });
    expect(build).not.toHaveBeenCalled();
  });

  test('is not tried again', async () => {
    const cancellation = new AbortController();
    const build = vi.fn(() => {
      cancellation.abort();
      throw new Error('gave up');
    });
    const run = await runInProcess(release, { dir: '.' }, { mocks: { build }, signal: cancellation.signal });
    expect(run.task('build')).toMatchObject({ state: 'cancelled', attempts: 1 });
    expect(build).toHaveBeenCalledOnce();
  });

  test('is completed all the same, if that came too late to stop anything', async () => {
    const cancellation = new AbortController();
    const deploy = () => {
      cancellation.abort();
      return 'deployed';
    };
    const run = await runInProcess(release, { dir: '.' }, { mocks: { deploy }, signal: cancellation.signal });
    expect(await run.result()).toEqual({ deploy: 'deployed' });
  });
});

describe('the schedule', () => {
  test('starts a task as soon as its needs are settled', async () => {
    expect(await orderOf({})).toEqual(['quick', 'slow', 'afterQuick', 'slow ended']);
  });

  test('makes each wave a barrier, where the workflow says so', async () => {
    expect(await orderOf({ scheduling: 'waves' })).toEqual(['quick', 'slow', 'slow ended', 'afterQuick']);
  });

  test('has no more tasks in flight than the workflow says', async () => {
    let inFlight = 0;
    let most = 0;
    const definition = looseWorkflow(
      (task) => {
        for (let i = 0; i < 10; i++) {
          task(`task-${i}`, {
            run: async () => {
              most = Math.max(most, ++inFlight);
              await new Promise((resolve) => setImmediate(resolve));
              inFlight--;
            },
          });
        }
      },
      { maxConcurrentTasks: 3 },
    );
    await runInProcess(definition);
    expect(most).toBe(3);
  });

  /** `slow` waits until nothing else could run any more. */
  async function orderOf(options: object): Promise<string[]> {
    const order: string[] = [];
    const definition = looseWorkflow((task) => {
      task('slow', {
        run: async () => {
          order.push('slow');
          for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
          order.push('slow ended');
        },
      });
      const quick = task('quick', { run: () => void order.push('quick') });
      task('afterQuick', { needs: { quick }, run: () => void order.push('afterQuick') });
    }, options);
    await runInProcess(definition);
    return order;
  }
});

function throwing(error: Error) {
  return () => {
    throw error;
  };
}

function untilAborted(_: unknown, { signal }: TaskContext): Promise<never> {
  return new Promise((_resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort);
  });
}
