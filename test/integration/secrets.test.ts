import { inspect } from 'node:util';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { Runtime } from '@temporalio/worker';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { formsOf } from '../../activities/secret-forms.js';
import { type OrchestrationEngine, type Run, type TaskContext, workflow } from '../../src/index.js';
import { deferred } from '../support/deferred.js';
import { childrenIn, historyOf } from '../support/run-history.js';
import { taskOf } from '../support/snapshots.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

/** What encodings change, so that each of them gives another text. */
const SECRET = 'npm_s3cr3t/+é"\\ of the release';
const MASKED = '[secret NPM_TOKEN]';
const secrets = (name: string) => (name === 'NPM_TOKEN' ? SECRET : undefined);
const ask = ({ secret }: TaskContext) => secret('NPM_TOKEN');
const once = { retry: { maximumAttempts: 1 } };

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** What a server keeps of a run and shows of it: its JSON, and each payload in it decoded from base64. */
async function traceOf(engine: OrchestrationEngine, run: Run<unknown>): Promise<string> {
  const described = await engine.client.workflow.getHandle(run.id, run.runId).describe();
  const json = JSON.stringify([await historyOf(engine, run), described.raw]);
  const payloads = [...json.matchAll(/"data":"([^"]*)"/g)].map(([, data = '']) =>
    Buffer.from(data, 'base64').toString(),
  );
  return [json, ...payloads].join('\n');
}

function expectNoSecretIn(trace: string): void {
  const forms = formsOf(SECRET).flatMap((form) => [form, JSON.stringify(form).slice(1, -1)]);
  expect(forms.filter((form) => trace.includes(form))).toEqual([]);
}

/** Says the secret in every form that it knows. */
function told(token: string): string {
  const encoded = [encodeURIComponent(token), JSON.stringify(token), Buffer.from(`user:${token}`).toString('base64')];
  return [token, ...encoded].join(' ');
}

test('what holds no secret can be found in the trace that these tests search', async () => {
  const definition = workflow('release', {}, ({ task }) => {
    task('build', { ...once, run: () => Promise.reject(ApplicationFailure.retryable('no', 'E', { a: 'a detail' })) });
    task('unit', { run: () => ['an output'] });
  });
  await using engine = await connectEngine();
  await withWorker(engine, [definition], async () => {
    const run = await engine.start(definition);
    await expect(run.result()).rejects.toThrow();
    const trace = await traceOf(engine, run);
    expect(trace).toContain('a detail');
    expect(trace).toContain('an output');
  });
});

describe('a secret never enters the history:', () => {
  test('not with an error, its causes, its type and its details', async () => {
    const definition = workflow('release', {}, ({ task }) => {
      task('build', {
        ...once,
        run: async (_, ctx) => {
          const token = told(await ask(ctx));
          throw new Error(`401 for ${token}`, {
            cause: new RangeError(token, { cause: ApplicationFailure.retryable(token, token, { token }) }),
          });
        },
      });
      task('publish', {
        ...once,
        run: async (_, ctx) => {
          const token = told(await ask(ctx));
          throw ApplicationFailure.create({ message: token, type: token, details: [[token], { [token]: token }] });
        },
      });
      task('odd', {
        ...once,
        run: async (_, ctx) => {
          throw { token: await ask(ctx) };
        },
      });
    });
    await using engine = await connectEngine();
    await withWorker(
      engine,
      [definition],
      async () => {
        const run = await engine.start(definition);
        await expect(run.result()).rejects.toThrow();
        expect(taskOf(await run.status(), 'build').error?.message).toContain(`401 for ${MASKED} ${MASKED}`);
        const trace = await traceOf(engine, run);
        expectNoSecretIn(trace);
        expect(trace).toContain(MASKED);
      },
      { secrets },
    );
  });

  test('not with an output, items, or the input of a child, which fail their task at once', async () => {
    const child = workflow('child', { input: z.object({ token: z.string() }) }, ({ task }) => {
      task('only', { run: () => {} });
    });
    const definition = workflow('release', {}, ({ task, map, subworkflow }) => {
      task('build', { run: async (_, ctx) => ({ registry: [{ token: told(await ask(ctx)) }] }) });
      map('smoke', { over: async (_, ctx) => [await ask(ctx)], run: () => {} });
      map('items', { over: () => [1], run: async (_, ctx) => ({ [await ask(ctx)]: 1 }) });
      subworkflow('sub', child, { with: async (_, ctx) => ({ token: await ask(ctx) }) });
    });
    await using engine = await connectEngine();
    await withWorker(
      engine,
      [definition],
      async () => {
        const run = await engine.start(definition);
        await expect(run.result()).rejects.toThrow();
        const snapshot = await run.status();
        expect(taskOf(snapshot, 'build')).toMatchObject({
          attempts: 1,
          error: {
            type: 'InvalidOutput',
            message: expect.stringContaining("output.registry[0].token: it has the secret 'NPM_TOKEN' in it"),
          },
        });
        for (const id of ['smoke', 'items', 'sub']) expect(taskOf(snapshot, id).state).toBe('failed');
        expect(childrenIn(await historyOf(engine, run))).toEqual([]);
        expectNoSecretIn(await traceOf(engine, run));
      },
      { secrets },
    );
  });

  test('not while an attempt is retried or runs: neither the failure before nor the heartbeat shows it', async () => {
    const second = deferred();
    const goOn = deferred();
    const definition = workflow('release', {}, ({ task }) => {
      task('build', {
        retry: { initialInterval: 10 },
        heartbeatTimeout: '1s',
        run: async (_, ctx) => {
          const token = told(await ask(ctx));
          ctx.heartbeat({ as: [token], attempt: ctx.attempt });
          if (ctx.attempt === 1) throw new Error(`401 for ${token}`);
          second.resolve();
          await goOn.promise;
        },
      });
    });
    await using engine = await connectEngine();
    await withWorker(
      engine,
      [definition],
      async () => {
        const run = await engine.start(definition);
        await second.promise;
        const handle = engine.client.workflow.getHandle(run.id);
        await expect
          .poll(async () => (await handle.describe()).raw.pendingActivities?.[0]?.heartbeatDetails, { timeout: 20_000 })
          .toBeTruthy();
        const trace = await traceOf(engine, run);
        expect(trace).toContain(`{"as":["${MASKED}`);
        expectNoSecretIn(trace);
        expect(taskOf(await run.status(), 'build').error?.message).toContain(`401 for ${MASKED}`);
        goOn.resolve();
        await run.result();
        expectNoSecretIn(await traceOf(engine, run));
      },
      { secrets },
    );
  });

  test('not with a cancellation', async () => {
    const entered = deferred();
    const definition = workflow('release', {}, ({ task }) => {
      task('build', {
        heartbeatTimeout: '1s',
        run: async (_, ctx) => {
          const token = told(await ask(ctx));
          entered.resolve();
          await new Promise((_, reject) => {
            ctx.signal.addEventListener('abort', () => reject(new CancelledFailure(token, [{ token }])));
          });
        },
      });
    });
    await using engine = await connectEngine();
    await withWorker(
      engine,
      [definition],
      async () => {
        const run = await engine.start(definition);
        await entered.promise;
        await run.cancel();
        await expect(run.result()).rejects.toThrow();
        const trace = await traceOf(engine, run);
        expectNoSecretIn(trace);
        expect(trace).toContain(MASKED);
      },
      { secrets },
    );
  });
});

test('a secret is masked in the log, in what the SDK logs of a failure, too', async () => {
  const { logger } = Runtime.instance();
  const levels = (['debug', 'info', 'warn', 'error'] as const).map((level) => vi.spyOn(logger, level));
  const definition = workflow('release', {}, ({ task }) => {
    task('build', {
      ...once,
      run: async (_, ctx) => {
        const token = await ask(ctx);
        ctx.log.info(`as ${token}`, {
          request: { headers: new Headers({ authorization: encodeURIComponent(token) }) },
        });
        throw new Error(token);
      },
    });
  });
  await using engine = await connectEngine();
  await withWorker(engine, [definition], () => expect(engine.execute(definition)).rejects.toThrow(), { secrets });
  const lines = levels.flatMap((level) => level.mock.calls);
  expect(lines).toContainEqual([`as ${MASKED}`, expect.objectContaining({ activityType: 'release.build' })]);
  const failed = lines.find(([message]) => message === 'Activity failed');
  expect(failed?.[1]).toMatchObject({ error: { message: MASKED } });
  expectNoSecretIn(inspect(lines, { depth: 10, showHidden: true }));
});

describe('the secrets of a worker', () => {
  const definition = workflow('release', {}, ({ task }) => ({
    build: task('build', { ...once, run: async (_, { secret }) => (await secret('PAWL_TEST_TOKEN')).length }),
  }));

  test('are its environment, unless it is told otherwise', async () => {
    vi.stubEnv('PAWL_TEST_TOKEN', '12345678');
    await using engine = await connectEngine();
    await withWorker(engine, [definition], async () => {
      expect(await engine.execute(definition)).toEqual({ build: 8 });
    });
  });

  test('that are not there fail the task, which says how to give them', async () => {
    await using engine = await connectEngine();
    await withWorker(engine, [definition], async () => {
      await expect(engine.execute(definition)).rejects.toThrow(
        "release.build: there is no secret 'PAWL_TEST_TOKEN'; set PAWL_TEST_TOKEN in the environment of the worker, or give the worker `secrets`",
      );
    });
    const options = { secrets: async () => undefined };
    const rejection = () =>
      expect(engine.execute(definition)).rejects.toThrow(
        "there is no secret 'PAWL_TEST_TOKEN'; the `secrets` that the worker was given must return 'PAWL_TEST_TOKEN'",
      );
    await withWorker(engine, [definition], rejection, options);
  });

  test('that another attempt finds are tried again', async () => {
    const patient = workflow('release', {}, ({ task }) => ({
      build: task('build', {
        retry: { initialInterval: 10 },
        run: async (_, { secret, attempt }) => `${attempt}: ${(await secret('NPM_TOKEN')).length}`,
      }),
    }));
    const provider = vi.fn(secrets).mockReturnValueOnce(undefined);
    await using engine = await connectEngine();
    await withWorker(
      engine,
      [patient],
      async () => {
        expect(await engine.execute(patient)).toEqual({ build: `2: ${SECRET.length}` });
      },
      { secrets: provider },
    );
  });
});
