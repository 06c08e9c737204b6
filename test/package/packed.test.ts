import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { connectEngine } from '../support/worker-and-engine.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

/** A project of its own outside of the checkout, in which the packed tarball is installed. */
let project: string;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pawl-packed-'));
  project = join(folder, 'project');
  await mkdir(project);
  // Without the scripts, of which `prepare` would build dist anew under the other tests.
  const pack = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], { cwd: root });
  const [{ filename }] = JSON.parse(pack.stdout) as [{ filename: string }]; // npm's own format
  for (const [name, content] of Object.entries(files(filename))) await writeFile(join(project, name), content);
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund'], { cwd: project });
}, 180_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

test('its types resolve in a strict ESM project, and refuse what they should', async () => {
  const tsc = join(root, 'node_modules/.bin/tsc');
  const { stdout } = await run(tsc, ['-p', '.'], { cwd: project }).catch((error: { stdout: string }) => error);
  expect(stdout).toBe('');
});

describe('the example of the design', () => {
  test('runs with a worker in one process and a client in another', async () => {
    await using engine = await connectEngine();
    const env = { ...process.env, TEMPORAL_ADDRESS: inject('temporalAddress'), TASK_QUEUE: engine.taskQueue };
    const worker = await startWorker(env);
    try {
      const { stdout } = await run(process.execPath, ['out/client.js'], { cwd: project, env });
      const lines = stdout.trim().split('\n');
      expect(JSON.parse(lines.at(-1) ?? '')).toEqual({
        started: { deploy: { deployed: 'here@main', report: 'clean' } },
        named: { deploy: { deployed: 'here@v2', report: 'clean' } },
      });
      expect(JSON.parse(lines.at(-2) ?? '')).toMatchObject({ succeeded: 4, failed: 0 });
    } finally {
      await worker.stop();
    }
    const { types, type } = await recordedTypes(engine, `${engine.taskQueue}-release-42`);
    expect(type).toBe('release');
    expect(types).toEqual(['release.build', 'release.deploy', 'release.scan', 'release.unit']);
  });

  test('runs encrypted, with the failure converter and the bundle that are packed', async () => {
    await using engine = await connectEngine();
    const address = { TEMPORAL_ADDRESS: inject('temporalAddress'), TASK_QUEUE: engine.taskQueue };
    const env = { ...process.env, ...address, ENCRYPTION_KEY: randomBytes(32).toString('base64') };
    const worker = await startWorker(env);
    try {
      const { stdout, stderr } = await run(process.execPath, ['out/client.js'], { cwd: project, env });
      expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
        named: { deploy: { report: 'clean' } },
      });
      expect(stderr).toBe('');
    } finally {
      await worker.stop();
    }
    const { events } = await engine.client.workflow.getHandle(`${engine.taskQueue}-release-42`).fetchHistory();
    const [input] = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
    expect(Buffer.from(input?.metadata?.encoding ?? []).toString()).toBe('binary/encrypted');
  });

  test('runs in process, without a server', async () => {
    const { stdout } = await run(process.execPath, ['out/in-process.js'], { cwd: project });
    expect(JSON.parse(stdout)).toEqual({ deploy: { deployed: 'here@main', report: 'mocked' } });
  });
});

test('the client alone loads neither a worker, nor a bundler, nor a test server', async () => {
  const { stdout } = await run(process.execPath, ['loaded.mjs'], { cwd: project });
  const loaded = JSON.parse(stdout) as string[];
  expect(loaded).toContain('@temporalio/client');
  expect(loaded.filter((name) => !SERVED_BY_THE_CLIENT.some((part) => name.startsWith(part)))).toEqual([]);
});

/** What Temporal's client itself loads, and Pawl's few own dependencies; `@types` are of no weight. */
const SERVED_BY_THE_CLIENT = [
  '@temporalio/client',
  '@temporalio/common',
  '@temporalio/envconfig',
  '@temporalio/proto',
  '@grpc/',
  '@js-sdsl/',
  '@protobufjs/',
  'abort-controller',
  'event-target-shim',
  'fastest-levenshtein',
  'lodash.camelcase',
  'long',
  'ms',
  'nexus-rpc',
  'protobufjs',
  'smol-toml',
  'uuid',
];

async function startWorker(env: NodeJS.ProcessEnv) {
  const worker = spawn(process.execPath, ['out/worker.js'], {
    cwd: project,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  for await (const line of createInterface(worker.stdout)) if (line === 'worker is ready') break;
  return {
    async stop() {
      worker.kill('SIGTERM');
      await ended;
    },
  };
}

async function recordedTypes(engine: Awaited<ReturnType<typeof connectEngine>>, workflowId: string) {
  const handle = engine.client.workflow.getHandle(workflowId);
  const { type } = await handle.describe();
  const { events } = await handle.fetchHistory();
  const types = (events ?? []).flatMap((event) => event.activityTaskScheduledEventAttributes?.activityType?.name ?? []);
  return { type, types: types.sort() };
}

function files(tarball: string): Record<string, string> {
  return {
    'package.json': JSON.stringify({
      name: 'user-project',
      private: true,
      type: 'module',
      dependencies: { pawl: `file:../${tarball}` },
      devDependencies: { '@types/node': '^20' },
    }),
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        module: 'nodenext',
        target: 'es2022',
        types: ['node'],
        strict: true,
        noUncheckedIndexedAccess: true,
        skipLibCheck: false,
        outDir: 'out',
      },
    }),
    'release.ts': `
      import { workflow } from 'pawl';
      import { z } from 'zod';

      export const release = workflow('release', { input: z.object({ dir: z.string(), ref: z.string().default('main') }) },
        ({ task }) => {
          const build = task('build', { run: async (_, { input, signal }) => ({ image: await buildImage(input, signal) }) });
          const unit = task('unit', { needs: { build }, startToCloseTimeout: '10m', retry: { maximumAttempts: 3 },
                                      run: ({ build }) => runTests(build.image) });
          const scan = task('scan', { needs: { build }, run: ({ build }) => scanImage(build.image) });
          const deploy = task('deploy', { needs: { build, scan, unit },
                                          run: ({ build, scan }) => rollOut(build.image, scan.report) });
          return { deploy };
        });

      async function buildImage({ dir, ref }: { dir: string; ref: string }, signal: AbortSignal): Promise<string> {
        signal.throwIfAborted();
        return \`\${dir}@\${ref}\`;
      }
      async function runTests(image: string): Promise<number> { return image.length; }
      async function scanImage(_image: string): Promise<{ report: string }> { return { report: 'clean' }; }
      async function rollOut(deployed: string, report: string) { return { deployed, report }; }
    `,
    'encryption.ts': `
      import type { EncryptionOptions } from 'pawl';

      const key = process.env.ENCRYPTION_KEY;
      export const encryption: EncryptionOptions | undefined = key === undefined ? undefined : { keys: { key }, activeKey: 'key' };
    `,
    'worker.ts': `
      import { createWorker } from 'pawl/worker';
      import { encryption } from './encryption.js';
      import { release } from './release.js';

      const taskQueue = process.env.TASK_QUEUE ?? 'pawl';
      const worker = await createWorker({ workflows: [release], taskQueue, encryption });
      console.log('worker is ready');
      await worker.run();
    `,
    'client.ts': `
      import { OrchestrationEngine } from 'pawl';
      import { encryption } from './encryption.js';
      import { release } from './release.js';

      const taskQueue = process.env.TASK_QUEUE ?? 'pawl';
      const engine = await OrchestrationEngine.connect({ taskQueue, encryption });
      const run = await engine.start(release, { dir: 'here' }, { workflowId: \`\${taskQueue}-release-42\` });
      for await (const snapshot of run.watch()) console.log(JSON.stringify(snapshot.counts));
      const { deploy } = await run.result();
      const image: string = deploy.deployed;
      if (image === '') throw new Error('no image');
      const named = await engine.execute<typeof release>('release', { dir: 'here', ref: 'v2' });
      console.log(JSON.stringify({ started: { deploy }, named }));
      await engine.close();

      // @ts-expect-error the input has no dir
      export const withoutInput = () => engine.start(release, {});
      // @ts-expect-error the output has no such property
      export const wrongOutput = () => deploy.image;
      // @ts-expect-error a parsec is a length
      export const wrongDuration = () => engine.start(release, { dir: '.' }, { workflowRunTimeout: '10 parsecs' });
    `,
    'in-process.ts': `
      import { runInProcess } from 'pawl/testing';
      import { release } from './release.js';

      const run = await runInProcess(release, { dir: 'here' }, { mocks: { scan: () => ({ report: 'mocked' }) } });
      console.log(JSON.stringify(await run.result()));
    `,
    'loaded.mjs': `
      import { createRequire } from 'node:module';
      await import('pawl');
      const { cache } = createRequire(import.meta.url);
      const names = Object.keys(cache).map((path) => /.*node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(path)?.[1]);
      console.log(JSON.stringify([...new Set(names)].sort()));
    `,
  };
}
