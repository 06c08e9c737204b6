import { fileURLToPath } from 'node:url';
import { SimplePlugin } from '@temporalio/plugin';
import { bundleWorkflowCode, NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { z } from 'zod';
import { type OrchestrationEngine, workflow } from '../../src/index.js';
import { createWorker, PawlPlugin, WorkerConfigurationError } from '../../worker/index.js';
import { historyOf } from '../support/run-history.js';
import { waitForState } from '../support/snapshots.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

const release = workflow('release', { input: z.object({ dir: z.string() }) }, ({ task }) => {
  const build = task('build', { run: (_, { input }) => `image of ${input.dir}` });
  return { deploy: task('deploy', { needs: { build }, run: ({ build }) => `deployed ${build}` }) };
});
const broken = workflow('broken', {}, ({ task }) => {
  const build = () => {
    throw new Error('no compiler');
  };
  return { build: task('build', { retry: { maximumAttempts: 1 }, run: build as () => string }) };
});

let connection: NativeConnection;

beforeAll(async () => {
  connection = await NativeConnection.connect({ address: inject('temporalAddress') });
});
afterAll(() => connection.close());
afterEach(() => vi.restoreAllMocks());

describe('PawlPlugin in a worker with workflows and activities of the user', () => {
  let engine: OrchestrationEngine;
  let worker: Worker;
  let ended: Promise<void>;

  beforeAll(async () => {
    engine = await connectEngine();
    worker = await createHandMade(engine.taskQueue, {
      workflowsPath: userFile('workflows.ts'),
      activities: {
        greet: async (name: string) => `Hello, ${name}!`,
        default: async (name: string) => `the user's default got ${name}`,
      },
    });
    ended = worker.run();
  });
  afterAll(async () => {
    worker.shutdown();
    await ended;
    await engine.close();
  });

  const execute = (type: string, arg: string) =>
    engine.client.workflow.execute(type, {
      args: [arg],
      taskQueue: engine.taskQueue,
      workflowId: `${type}-${engine.taskQueue}`,
    });

  test("runs the user's workflows with their activities", async () => {
    expect(await execute('greeter', 'Ada')).toBe('Hello, Ada!');
  });

  test('runs workflows of Pawl', async () => {
    expect(await engine.execute(release, { dir: 'here' })).toEqual({ deploy: 'deployed image of here' });
  });

  test('runs a Pawl workflow as the child of one that was written by hand', async () => {
    expect(await execute('parent', 'there')).toEqual({ deploy: 'deployed image of there' });
  });

  test("hands an activity that nobody has registered to the user's default activity", async () => {
    expect(await execute('caller', 'a call')).toBe("the user's default got a call");
  });

  test("keeps the call stacks of the user's workflows", async () => {
    const run = await engine.client.workflow.start('waiter', {
      taskQueue: engine.taskQueue,
      workflowId: `waiter-${engine.taskQueue}`,
    });
    expect(await run.query('__stack_trace')).toMatch(/at .*waiter/);
    await run.terminate();
  });
});

describe('what contradicts Pawl is refused', () => {
  test('a default export among the workflows of the user', async () => {
    const created = createHandMade('q', { workflowsPath: userFile('default-export.ts') });
    await expect(created).rejects.toThrow(/your workflows have a default export/);
  });

  test('a workflow of the user with the name of one of Pawl', async () => {
    const created = createHandMade('q', { workflowsPath: userFile('same-name.ts') });
    await expect(created).rejects.toThrow(/it exports a workflow 'release', and so does Pawl/);
  });

  test('an activity of the user with the type of a task', async () => {
    const created = createHandMade('q', { activities: { 'release.build': async () => 'mine' } });
    await expect(created).rejects.toThrow(WorkerConfigurationError);
    await expect(created).rejects.toThrow("the activity type 'release.build' is taken by a task of Pawl");
  });

  test.each(['Error', 'NondeterminismError'] as const)('%s as a failure type of every workflow', async (type) => {
    const created = createHandMade('q', { workflowFailureErrorTypes: { '*': [type] } });
    await expect(created).rejects.toThrow(`workflowFailureErrorTypes['*']: '${type}' would fail runs`);
  });

  test('Error as a failure type of a workflow of Pawl', async () => {
    const created = createHandMade('q', { workflowFailureErrorTypes: { '*': [], release: ['Error'] } });
    await expect(created).rejects.toThrow(WorkerConfigurationError);
  });

  test('a later plugin that replaces the workflows', async () => {
    const greetings = new SimplePlugin({ name: 'greetings', workflowsPath: userFile('workflows.ts') });
    const created = Worker.create({ connection, taskQueue: 'q', plugins: [plugin(), greetings] });
    await expect(created).rejects.toThrow(/another plugin has put its own workflowsPath.*make PawlPlugin the last one/);
  });

  test('a prebuilt bundle without Pawl', async () => {
    const workflowBundle = await bundleWorkflowCode({ workflowsPath: userFile('workflows.ts'), logger: SILENT });
    const created = createHandMade('q', { workflowBundle });
    await expect(created).rejects.toThrow(/your prebuilt bundle does not hold Pawl's workflow/);
  });
});

test("Error as a failure type of the user's own workflow is none of Pawl's business", () => {
  const workflowFailureErrorTypes: WorkerOptions['workflowFailureErrorTypes'] = { '*': [], greeter: ['Error'] };
  const configured = plugin().configureWorker({ taskQueue: 'q', workflowFailureErrorTypes });
  expect(configured.workflowFailureErrorTypes).toEqual(workflowFailureErrorTypes);
});

test('a bundle that was built with PawlPlugin runs the workflows of both', async () => {
  await using engine = await connectEngine();
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: userFile('workflows.ts'),
    plugins: [plugin()],
    logger: SILENT,
  });
  const activities = { greet: async (name: string) => `Hello, ${name}!` };
  const worker = await createHandMade(engine.taskQueue, { workflowBundle, activities });
  await worker.runUntil(async () => {
    expect(await engine.execute(release, { dir: 'here' })).toEqual({ deploy: 'deployed image of here' });
    const greeter = { args: ['Ada'], taskQueue: engine.taskQueue, workflowId: `greeter-${engine.taskQueue}` };
    expect(await engine.client.workflow.execute('greeter', greeter)).toBe('Hello, Ada!');
  });
});

describe('the shipped bundle', () => {
  test('has no call stacks, which would be those of Pawl alone and take more time than the rest', async () => {
    await using engine = await connectEngine();
    const patient = workflow('patient', {}, ({ approval }) => void approval('go-live', {}));
    await withWorker(engine, [patient], async () => {
      const run = await engine.start(patient);
      await waitForState(run, 'go-live', 'waiting');
      expect(await engine.client.workflow.getHandle(run.id).query('__stack_trace')).toBe('Error\n');
      await run.terminate();
    });
  });

  test('serves a worker that adds nothing to it', () => {
    const { workflowBundle, workflowsPath } = plugin().configureWorker({ taskQueue: 'q' });
    expect(workflowBundle).toMatchObject({ codePath: expect.stringContaining('workflow-bundle.code') });
    expect(workflowsPath).toBeUndefined();
  });

  test('serves a worker whose other plugins leave the bundle alone', () => {
    const tracing = new SimplePlugin({ name: 'tracing', activities: { trace: async () => {} } });
    const own = plugin();
    const { workflowBundle } = own.configureWorker({ taskQueue: 'q', plugins: [tracing, own] });
    expect(workflowBundle).toMatchObject({ codePath: expect.stringContaining('workflow-bundle.code') });
  });

  test.each<[reason: string, options: Partial<WorkerOptions>]>([
    ['workflowsPath adds workflows of your own', { workflowsPath: userFile('workflows.ts') }],
    ['interceptors.workflowModules is set', { interceptors: { workflowModules: [userFile('interceptors.ts')] } }],
    [
      'dataConverter.payloadConverterPath is set',
      { dataConverter: { payloadConverterPath: userFile('payload-converter.js') } },
    ],
    [
      'dataConverter.failureConverterPath is set',
      { dataConverter: { failureConverterPath: userFile('failure-converter.js') } },
    ],
    ['bundlerOptions is set', { bundlerOptions: { ignoreModules: ['fs'] } }],
    ["the plugin 'steps' changes the bundle", { plugins: [steps()] }],
  ])('is left for one made at start, which the log explains: %s', (reason, options) => {
    const info = vi.spyOn(Runtime.instance().logger, 'info');
    const { workflowBundle, workflowsPath } = plugin().configureWorker({ taskQueue: 'q', ...options });
    expect(workflowBundle).toBeUndefined();
    expect(workflowsPath).toBeDefined();
    expect(info).toHaveBeenCalledWith(`Pawl bundles the workflow code at start: ${reason}`);
  });
});

test('interceptors, converters, bundler options and a bundle-changing plugin all take effect together', async () => {
  await using engine = await connectEngine();
  const hook = vi.fn((config: object) => config);
  const dataConverter = {
    payloadConverterPath: userFile('payload-converter.js'),
    failureConverterPath: userFile('failure-converter.js'),
  };
  const worker = await createWorker({
    connection,
    taskQueue: engine.taskQueue,
    workflows: [release, broken],
    dataConverter,
    bundlerOptions: { webpackConfigHook: hook },
    plugins: [steps()],
  });
  expect(hook).toHaveBeenCalled();
  await worker.runUntil(async () => {
    const run = await engine.start(release, { dir: 'here' });
    expect(await run.result()).toEqual({ deploy: 'deployed image of here', intercepted: true });
    const history = await historyOf(engine, run);
    const scheduled = history.find((event) => event.activityTaskScheduledEventAttributes);
    const [argument] = scheduled?.activityTaskScheduledEventAttributes?.input?.payloads ?? [];
    expect(argument?.metadata).toHaveProperty('mark');

    const failing = await engine.start(broken);
    await expect(failing.result()).rejects.toThrow('no compiler');
    const last = (await historyOf(engine, failing)).at(-1);
    expect(last?.workflowExecutionFailedEventAttributes?.failure?.source).toBe('MarkedConverter');
  });
});

/** A worker as a user of Temporal makes it, with the plugin added. */
function createHandMade(taskQueue: string, options: Partial<WorkerOptions>): Promise<Worker> {
  return Worker.create({ connection, taskQueue, ...options, plugins: [...(options.plugins ?? []), plugin()] });
}

function plugin(): PawlPlugin {
  return new PawlPlugin({ workflows: [release, broken] });
}

/** A plugin that brings an interceptor for workflows, which is bundled. */
function steps(): SimplePlugin {
  return new SimplePlugin({
    name: 'steps',
    workerInterceptors: { workflowModules: [userFile('interceptors.ts')] },
  });
}

function userFile(name: string): string {
  return fileURLToPath(new URL(`../support/user-workflows/${name}`, import.meta.url));
}

const SILENT = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };
