import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { afterEach, describe, expect, inject, test, vi } from 'vitest';
import { z } from 'zod';
import {
  compile,
  OrchestrationEngine,
  RunAlreadyExistsError,
  RunNotFoundError,
  type RunSummary,
  ServerUnreachableError,
  workflow,
} from '../../src/index.js';
import { deferred } from '../support/deferred.js';
import { historyOf } from '../support/run-history.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

const release = workflow(
  'release',
  { title: 'Release', input: z.object({ dir: z.string(), ref: z.string().default('main') }) },
  ({ task }) => {
    const build = task('build', { run: (_, { input }) => ({ image: `${input.dir}@${input.ref}` }) });
    const unit = task('unit', { needs: { build }, run: ({ build }) => build.image.length });
    const scan = task('scan', { needs: { build }, run: () => 'clean' });
    return { deploy: task('deploy', { needs: { build, unit, scan }, run: ({ build }) => build.image }) };
  },
);

afterEach(() => vi.unstubAllEnvs());

describe('start', () => {
  test("passes Temporal's own options on", async () => {
    await using engine = await connectEngine();
    const team = defineSearchAttributeKey('PawlTestTeam', SearchAttributeType.KEYWORD);
    await engine.client.connection.operatorService.addSearchAttributes({
      namespace: 'default',
      searchAttributes: { [team.name]: 2 }, // KEYWORD
    });
    const run = await vi.waitFor(
      () =>
        engine.start(
          release,
          { dir: 'here' },
          {
            memo: { reason: 'a fix' },
            typedSearchAttributes: [{ key: team, value: 'blue' }],
            workflowExecutionTimeout: '1h',
            priority: { priorityKey: 2 },
            staticDetails: 'by hand',
          },
        ),
      { timeout: 10_000, interval: 200 }, // a new search attribute is known after a moment
    );
    const description = await engine.client.workflow.getHandle(run.id).describe();
    expect(description.memo).toMatchObject({ reason: 'a fix' });
    expect(description.typedSearchAttributes.get(team)).toBe('blue');
    expect(description.priority).toMatchObject({ priorityKey: 2 });
    expect(await description.staticSummary()).toBe('Release');
    expect(await description.staticDetails()).toBe('by hand');
    await withWorker(engine, [release], () => run.result());
    const after = await engine.client.workflow.getHandle(run.id).describe();
    expect(after.memo).toMatchObject({ reason: 'a fix' });
    await vi.waitFor(async () => {
      expect(await collect(engine.list({ query: "PawlTestTeam = 'blue'" }))).toMatchObject([{ workflowId: run.id }]);
    }, 10_000);
  });

  test('makes up a workflow id from the name of the workflow', async () => {
    await using engine = await connectEngine();
    const run = await engine.start(release, { dir: 'here' });
    expect(run.id).toMatch(/^release-[0-9a-f-]{36}$/);
    expect(run.runId).toBeDefined();
    await run.terminate();
  });

  test('refuses a second open run of the same workflow id, unless the conflict policy says otherwise', async () => {
    await using engine = await connectEngine();
    const workflowId = `release-${randomUUID()}`;
    const first = await engine.start(release, { dir: 'here' }, { workflowId });
    const second = engine.start(release, { dir: 'here' }, { workflowId });
    await expect(second).rejects.toThrow(RunAlreadyExistsError);
    await expect(second).rejects.toMatchObject({ code: 'RUN_ALREADY_EXISTS', workflowId });
    const same = await engine.start(release, { dir: 'here' }, { workflowId, workflowIdConflictPolicy: 'USE_EXISTING' });
    expect(same.runId).toBe(first.runId);
    await first.terminate();
  });

  test('reuses the id of a closed run, unless the reuse policy says otherwise', async () => {
    await using engine = await connectEngine();
    const workflowId = `release-${randomUUID()}`;
    const first = await engine.start(release, { dir: 'here' }, { workflowId });
    await first.terminate();
    const refused = engine.start(release, { dir: 'here' }, { workflowId, workflowIdReusePolicy: 'REJECT_DUPLICATE' });
    await expect(refused).rejects.toThrow(RunAlreadyExistsError);
    const second = await engine.start(release, { dir: 'here' }, { workflowId });
    expect(second.runId).not.toBe(first.runId);
    expect((await first.status()).status).toBe('terminated');
    await second.terminate();
  });

  test('by name gives the JSON of the outputs, typed by the workflow', async () => {
    await using engine = await connectEngine();
    await withWorker(engine, [release], async () => {
      const outputs = await engine.execute<typeof release>('release', { dir: 'here' });
      const image: string = outputs.deploy;
      expect(image).toBe('here@main');
    });
  });
});

describe('run', () => {
  test('is a handle on a run that was started elsewhere', async () => {
    await using engine = await connectEngine();
    await withWorker(engine, [release], async () => {
      const { id, runId } = await engine.start(release, { dir: 'here' });
      expect(await engine.run<typeof release>(id).result()).toEqual({ deploy: 'here@main' });
      expect(await engine.run<typeof release>(id, runId).result()).toEqual({ deploy: 'here@main' });
    });
  });

  test('of an id that nobody has started says so at its first use', async () => {
    await using engine = await connectEngine();
    const run = engine.run('never-started');
    await expect(run.status()).rejects.toThrow(RunNotFoundError);
    await expect(run.result()).rejects.toThrow(RunNotFoundError);
    await expect(run.cancel()).rejects.toThrow(RunNotFoundError);
    await expect(run.terminate()).rejects.toThrow(RunNotFoundError);
    await expect(run.watch().next()).rejects.toThrow(RunNotFoundError);
  });
});

describe('url', () => {
  test('leads to the run in the Temporal UI, where that is known', async () => {
    const address = inject('temporalAddress');
    vi.stubEnv('TEMPORAL_UI_URL', undefined);
    await using guessing = await OrchestrationEngine.connect({ address });
    const [host, port] = address.split(':');
    expect(guessing.run('a b', 'r1').url).toBe(
      `http://${host}:${Number(port) + 1_000}/namespaces/default/workflows/a%20b/r1/history`,
    );
    await using told = await OrchestrationEngine.connect({ address, uiUrl: 'https://temporal.example/' });
    expect(told.run('a', 'r1').url).toBe('https://temporal.example/namespaces/default/workflows/a/r1/history');
    vi.stubEnv('TEMPORAL_UI_URL', 'https://ui.example');
    await using configured = await OrchestrationEngine.connect({ address });
    expect(configured.run('a', 'r1').url).toBe('https://ui.example/namespaces/default/workflows/a/r1/history');
  });
});

test('list gives the runs of the task queue, of a workflow, in a state, or that match a query', async () => {
  const name = `listed-${randomUUID().slice(0, 8)}`;
  const listed = workflow(name, {}, ({ task }) => ({ only: task('only', { run: () => 1 }) }));
  const other = workflow(`${name}-other`, {}, ({ task }) => ({ only: task('only', { run: () => 1 }) }));
  await using engine = await connectEngine();
  const [done, ended, elsewhere] = await withWorker(engine, [listed, other], async () => {
    const runs = [await engine.start(listed), await engine.start(other)];
    await Promise.all(runs.map((run) => run.result()));
    const far = await engine.start(listed, undefined, { taskQueue: `${engine.taskQueue}-elsewhere` });
    return [...runs, far];
  });
  const ids = async (options: Parameters<OrchestrationEngine['list']>[0]) =>
    (await collect(engine.list(options))).map(({ workflowId }) => workflowId).sort();
  await vi.waitFor(async () => {
    expect(await ids({})).toEqual([done?.id, ended?.id].sort());
    expect(await ids({ workflow: name })).toEqual([done?.id, elsewhere?.id].sort());
    expect(await ids({ workflow: name, status: 'running' })).toEqual([elsewhere?.id]);
    expect(await ids({ status: 'completed', query: `WorkflowId = '${done?.id}' OR WorkflowId = 'x'` })).toEqual([
      done?.id,
    ]);
  }, 10_000);
  const [summary] = await collect(engine.list({ workflow: name, status: 'completed' }));
  expect(summary).toMatchObject({
    workflow: name,
    workflowId: done?.id,
    runId: done?.runId,
    status: 'completed',
    url: done?.url,
  });
  expect(summary?.closedAt?.getTime()).toBeGreaterThanOrEqual(summary?.startedAt.getTime() ?? Number.POSITIVE_INFINITY);
  await elsewhere?.terminate();
});

test('plan tells what a run would do, without starting it', async () => {
  await using engine = await connectEngine();
  expect(await engine.plan(release, { dir: 'here' })).toMatchObject({
    workflow: 'release',
    hash: compile(release).hash,
    input: { dir: 'here', ref: 'main' },
    waves: [['build'], ['unit', 'scan'], ['deploy']],
    criticalPath: ['build', 'unit', 'deploy'],
    taskCount: 4,
    edgeCount: 5,
  });
  await expect(engine.plan(release, { dir: 1 } as never)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
});

describe('health', () => {
  const changed = workflow('release', {}, ({ task }) => ({ build: task('build', { run: () => 'image' }) }));

  test('is not ok without a worker', async () => {
    await using engine = await connectEngine();
    expect(await engine.health()).toMatchObject({
      ok: false,
      serverVersion: expect.stringMatching(/^\d+\.\d+/),
      namespace: 'default',
      taskQueue: engine.taskQueue,
      workers: [],
      sameDefinitions: undefined,
      problems: [],
    });
  });

  test('is ok with a worker that polls for workflows and activities', async () => {
    await using engine = await connectEngine();
    await withWorker(engine, [release], async () => {
      await vi.waitFor(
        async () => expect(await engine.health()).toMatchObject({ ok: true, sameDefinitions: true }),
        10_000,
      );
      const [worker] = (await engine.health()).workers;
      expect(worker).toMatchObject({
        polls: ['workflows', 'activities'],
        definitions: expect.stringMatching(/^[0-9a-f]+$/),
      });
      expect(worker?.identity).toContain(`${process.pid}@`);
    });
  });

  test('is not ok with workers that serve different definitions', async () => {
    await using engine = await connectEngine();
    await withWorker(engine, [release], () =>
      withWorker(engine, [changed], async () => {
        await vi.waitFor(async () => {
          const { ok, sameDefinitions, workers } = await engine.health();
          expect({ ok, sameDefinitions, count: workers.length }).toEqual({
            ok: false,
            sameDefinitions: false,
            count: 2,
          });
        }, 10_000);
      }),
    );
  });

  test('can not tell whether definitions are the same for a worker with an identity of its own', async () => {
    await using engine = await connectEngine();
    const use = () =>
      vi.waitFor(async () => {
        const { workers, sameDefinitions } = await engine.health();
        expect(workers).toMatchObject([{ identity: 'a-name-of-its-own', definitions: undefined }]);
        expect(sameDefinitions).toBeUndefined();
      }, 10_000);
    await withWorker(engine, [release], use, { identity: 'a-name-of-its-own' });
  });
});

describe('connect and close', () => {
  test('says which server it missed', async () => {
    const connected = OrchestrationEngine.connect({ address: '127.0.0.1:9', connectTimeout: 300 });
    await expect(connected).rejects.toThrow(ServerUnreachableError);
    await expect(connected).rejects.toThrow(/^127\.0\.0\.1:9: no Temporal server answers/);
  });

  test('takes the address from TEMPORAL_ADDRESS', async () => {
    vi.stubEnv('TEMPORAL_ADDRESS', inject('temporalAddress'));
    await using engine = await OrchestrationEngine.connect();
    expect((await engine.health()).serverVersion).not.toBe('');
    expect(engine.taskQueue).toBe('pawl');
  });

  test('close ends the connection that it made, and leaves one that it was given', async () => {
    const own = await connectEngine();
    const borrowed = await OrchestrationEngine.connect({ client: own.client });
    await borrowed.close();
    expect((await own.health()).serverVersion).not.toBe('');
    await own.close();
    await expect(own.health()).rejects.toThrow();
  });

  test('leaving the scope of `await using` closes it', async () => {
    let kept: OrchestrationEngine;
    {
      await using engine = await connectEngine();
      kept = engine;
    }
    await expect(kept.health()).rejects.toThrow();
  });
});

test('result waits for a run that is still open', async () => {
  const goOn = deferred();
  const slow = workflow('slow', {}, ({ task }) => ({ only: task('only', { run: () => goOn.promise.then(() => 1) }) }));
  await using engine = await connectEngine();
  await withWorker(engine, [slow], async () => {
    const run = await engine.start(slow);
    const result = run.result();
    await vi.waitFor(async () => expect((await run.status()).counts.running).toBe(1), 10_000);
    goOn.resolve();
    expect(await result).toEqual({ only: 1 });
    expect((await historyOf(engine, run)).length).toBeGreaterThan(0);
  });
});

test('a service that imports pawl loads neither the worker with its native code, nor the code that runs tasks', async () => {
  // A loader hook sees the ES modules, and Node's cache the CommonJS ones.
  const hook = 'export const load = (url, context, next) => { process._rawDebug(url); return next(url, context); }';
  const script = `
    import Module, { register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hook)}));
    await import('pawl');
    for (const path of Object.keys(Module._cache)) process._rawDebug(path);`;
  const { stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  const loaded = stderr.split('\n').map((path) => path.replaceAll('\\', '/'));
  expect(loaded.some((path) => path.endsWith('/dist/src/index.js'))).toBe(true);
  expect(loaded.some((path) => path.includes('/@temporalio/client/'))).toBe(true);
  const unwanted =
    /@temporalio\/(worker|core-bridge|testing|activity|workflow)\/|\/dist\/(worker|activities|workflows|testing)\/|\/webpack\/|\.node$/;
  expect(loaded.filter((path) => unwanted.test(path))).toEqual([]);
});

async function collect(runs: AsyncIterable<RunSummary>): Promise<RunSummary[]> {
  const list: RunSummary[] = [];
  for await (const run of runs) list.push(run);
  return list;
}
