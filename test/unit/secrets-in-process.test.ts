import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { NonRetryableError, optional, type TaskContext, workflow } from '../../src/index.js';
import { runInProcess } from '../../testing/index.js';

const SECRET = 'npm_s3cr3t';
const secrets = { NPM_TOKEN: SECRET };
const once = { retry: { maximumAttempts: 1 } };
const ask = ({ secret }: TaskContext) => secret('NPM_TOKEN');

test('every function of a node can ask for a secret', async () => {
  const asked: string[] = [];
  const note = async (name: string, ctx: TaskContext) => {
    if ((await ask(ctx)) === SECRET) asked.push(`${ctx.task} ${name}`);
  };
  const child = workflow('child', {}, ({ task }) => void task('only', { run: (_, ctx) => note('run', ctx) }));
  const definition = workflow('release', { compensateOn: ['failed'] }, (add) => {
    const db = add.resource('db', {
      create: (_, ctx) => note('create', ctx),
      destroy: (_, ctx) => note('destroy', ctx),
    });
    const build = add.task('build', {
      needs: { db },
      run: (_, ctx) => note('run', ctx),
      compensate: (_, ctx) => note('compensate', ctx),
    });
    const smoke = add.map('smoke', {
      needs: { build },
      when: (_, ctx) => note('when', ctx).then(() => true),
      over: (_, ctx) => note('over', ctx).then(() => [1]),
      run: (_, ctx) => note('run', ctx),
    });
    const sub = add.subworkflow('sub', child, {
      needs: { smoke: optional(smoke) },
      with: (_, ctx) => note('with', ctx).then(() => undefined),
    });
    add.task('broken', { ...once, needs: { sub }, run: () => Promise.reject(new Error('so that all is undone')) });
    add.onFinish('notify', { run: (_, ctx) => note('run', ctx) });
  });
  await runInProcess(definition, undefined, { secrets });
  expect(asked.sort()).toEqual([
    'build compensate',
    'build run',
    'db create',
    'db destroy',
    'notify run',
    'only run',
    'smoke over',
    'smoke when',
    'smoke[0] run',
    'sub with',
  ]);
});

describe('runInProcess', () => {
  const definition = workflow('release', {}, ({ task }) => ({
    build: task('build', { ...once, run: async (_, ctx) => (await ask(ctx)).length }),
  }));

  test('has no secrets of its own, not those of the environment', async () => {
    vi.stubEnv('NPM_TOKEN', SECRET);
    const run = await runInProcess(definition);
    expect(run.task('build').error).toMatchObject({
      type: 'SecretNotFoundError',
      message: "release.build: there is no secret 'NPM_TOKEN'; give runInProcess `secrets: { NPM_TOKEN: '…' }`",
    });
    vi.unstubAllEnvs();
  });

  test('takes a provider, which hears who asks', async () => {
    const provider = vi.fn(async () => SECRET);
    const run = await runInProcess(definition, undefined, { secrets: provider });
    expect(await run.result()).toEqual({ build: SECRET.length });
    expect(provider.mock.calls).toEqual([['NPM_TOKEN', { workflow: 'release', task: 'build' }]]);
  });

  test('does not take what every object has for a secret', async () => {
    const strange = workflow('release', {}, ({ task }) => {
      task('build', { ...once, run: async (_, { secret }) => void (await secret('toString')) });
    });
    expect((await runInProcess(strange)).task('build').error?.type).toBe('SecretNotFoundError');
  });
});

describe('a secret does not leave', () => {
  test('with an error, which is masked before a long text is cut', async () => {
    const definition = workflow('release', {}, ({ task }) => {
      task('build', {
        ...once,
        run: async (_, ctx) => {
          const token = await ask(ctx);
          throw new Error(`${'x'.repeat(4_995)}${token}${'y'.repeat(9_000)}`);
        },
      });
      task('odd', {
        ...once,
        run: async (_, ctx) => {
          throw { status: 401, token: await ask(ctx) };
        },
      });
    });
    const run = await runInProcess(definition, undefined, { secrets });
    expect(run.task('build').error?.message).toMatch(/^x+\[secr/);
    expect(run.task('odd').error?.message).toContain("token: '[secret NPM_TOKEN]'");
  });

  test('with an error that says not to try again, which still does', async () => {
    const definition = workflow('release', {}, ({ task }) => {
      task('build', {
        run: async (_, ctx) => {
          throw new NonRetryableError(`401 for ${await ask(ctx)}`);
        },
      });
    });
    const run = await runInProcess(definition, undefined, { secrets });
    expect(run.task('build')).toMatchObject({
      attempts: 1,
      error: { type: 'NonRetryableError', message: '401 for [secret NPM_TOKEN]' },
    });
  });

  test('with the error of another task, which has it from a client that they share', async () => {
    let client = '';
    const definition = workflow('release', {}, ({ task }) => {
      const logIn = task('log-in', {
        run: async (_, ctx) => {
          client = await ask(ctx);
        },
      });
      task('publish', { ...once, needs: { logIn }, run: () => Promise.reject(new Error(`401 for ${client}`)) });
    });
    const run = await runInProcess(definition, undefined, { secrets });
    expect(run.task('publish').error?.message).toBe('401 for [secret NPM_TOKEN]');
  });

  test('with a line of the log', async () => {
    const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
    const definition = workflow('release', {}, ({ task }) => {
      task('build', {
        run: async (_, ctx) => {
          const token = await ask(ctx);
          ctx.log.info(`as ${token}`, { request: { headers: [token] } });
          ctx.log.debug('plain');
        },
      });
    });
    await runInProcess(definition, undefined, { secrets, log });
    expect(log.info.mock.calls).toEqual([['as [secret NPM_TOKEN]', { request: { headers: ['[secret NPM_TOKEN]'] } }]]);
    expect(log.debug.mock.calls).toEqual([['plain']]);
  });

  test('with the details of a heartbeat', async () => {
    const seen: unknown[] = [];
    const definition = workflow('release', {}, ({ task }) => {
      task('build', {
        retry: { maximumAttempts: 2 },
        run: async (_, ctx) => {
          seen.push(ctx.heartbeatDetails);
          ctx.heartbeat({ as: await ask(ctx) });
          throw new Error('once more');
        },
      });
    });
    await runInProcess(definition, undefined, { secrets });
    expect(seen).toEqual([undefined, { as: '[secret NPM_TOKEN]' }]);
  });

  test('with an output, the items of a map, or the input of a child: the task fails, and is not retried', async () => {
    const child = workflow('child', { input: z.string() }, ({ task }) => void task('only', { run: () => {} }));
    const definition = workflow('release', {}, ({ task, map, subworkflow }) => {
      task('build', { run: async (_, ctx) => ({ registry: { token: await ask(ctx) } }) });
      map('smoke', { over: async (_, ctx) => ['eu', await ask(ctx)], run: () => {} });
      map('items', { over: () => [1], run: (_, ctx) => ask(ctx) });
      subworkflow('sub', child, { with: (_, ctx) => ask(ctx) });
    });
    const run = await runInProcess(definition, undefined, { secrets });
    for (const [id, path] of [
      ['build', 'output.registry.token'],
      ['smoke', 'over[1]'],
      ['items[0]', 'output'],
      ['sub', 'with'],
    ] as const) {
      expect(run.task(id)).toMatchObject({ state: 'failed', attempts: 1, error: { type: 'InvalidOutput' } });
      expect(run.task(id).error?.message).toContain(`${path}: it has the secret 'NPM_TOKEN' in it`);
    }
  });
});
