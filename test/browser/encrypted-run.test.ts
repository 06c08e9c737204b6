import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { NativeConnection } from '@temporalio/worker';
import { chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { codecServer, OrchestrationEngine, type Run, RunFailedError, workflow } from '../../src/index.js';
import { findTemporalCli } from '../../worker/find-temporal-cli.js';
import { createWorker, type DevServer, startDevServer } from '../../worker/index.js';
import { showsMarker } from '../support/planted-marker.js';
import '../support/worker-and-engine.js';

/** A browser of the system: playwright-core brings none. CI installs one; without any the tests of the UI are skipped. */
const executablePath = [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path !== undefined && existsSync(path),
);

const encryption = { keys: { a: randomBytes(32) }, activeKey: 'a' };

const release = workflow('release', { input: z.object({ ref: z.string() }) }, ({ task }) => {
  const build = task('build', {
    title: 'Build the package',
    run: (_, { input }) => ({ image: `image of ${input.ref}` }),
  });
  const unit = task('unit', {
    needs: { build },
    retry: { maximumAttempts: 1 },
    run: ({ build }): string => {
      throw new Error(`${build.image} has failed its tests`);
    },
  });
  return { unit };
});

let codec: Server;
let endpoint: string;
let server: DevServer;
let engine: OrchestrationEngine;
let connection: NativeConnection;
let run: Run<unknown>;
let stopWorker: () => Promise<void>;

beforeAll(async () => {
  codec = createServer(codecServer({ encryption }).listener).listen(0, '127.0.0.1');
  await once(codec, 'listening');
  endpoint = `http://127.0.0.1:${(codec.address() as AddressInfo).port}`;
  server = await startDevServer({ dbFilename: 'memory', uiCodecEndpoint: endpoint });
  const { address, uiUrl } = server;
  engine = await OrchestrationEngine.connect({ address, uiUrl, taskQueue: randomUUID(), encryption });
  connection = await NativeConnection.connect({ address });
  const { taskQueue } = engine;
  const worker = await createWorker({ connection, taskQueue, workflows: [release], encryption });
  const ended = worker.run();
  stopWorker = async () => {
    worker.shutdown();
    await ended;
  };
  run = await engine.start(release, { ref: 'a1b2c3' });
  await expect(run.result()).rejects.toThrow(RunFailedError);
});

afterAll(async () => {
  await stopWorker();
  await connection.close();
  await engine.close();
  await server.stop();
  codec.close();
});

test.skipIf(executablePath === undefined)(
  'the Temporal UI shows data and failures, decrypted by the codec server',
  async () => {
    const args = '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking'.split(' ');
    const browser = await chromium.launch({ ...(executablePath !== undefined && { executablePath }), args });
    try {
      const page = await browser.newPage({ viewport: { width: 1440, height: 1200 } });
      await page.goto(run.url ?? '');
      await expect.poll(() => textOf(page)).toContain('image of a1b2c3 has failed its tests');
      await expect.poll(() => textOf(page)).toContain('"ref": "a1b2c3"');
      expect(await textOf(page)).toContain('Build the package');
    } finally {
      await browser.close();
    }
  },
);

test('the Temporal CLI reads them by the codec server, too', async () => {
  const { path } = await findTemporalCli({ env: process.env, onProgress() {} });
  const show = ['workflow', 'show', '--address', server.address, '--workflow-id', run.id, '--output', 'json'];
  const read = async (...options: string[]) => {
    const { stdout } = await promisify(execFile)(path, [...show, ...options], { maxBuffer: 16 * 1024 * 1024 });
    return showsMarker(Buffer.from(stdout), 'image of a1b2c3 has failed its tests');
  };
  expect(await read('--codec-endpoint', endpoint)).toBe(true);
  expect(await read()).toBe(false);
});

/** The UI shows Markdown in frames of its own. */
async function textOf(page: Page): Promise<string> {
  const texts = await Promise.all(page.frames().map((frame) => frame.locator('body').textContent()));
  return texts.join('\n');
}
