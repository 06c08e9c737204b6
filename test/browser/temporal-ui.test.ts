import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { OrchestrationEngine, RunFailedError, type WorkflowDefinition, workflow } from '../../src/index.js';
import { withWorker } from '../support/worker-and-engine.js';

/** A browser of the system: playwright-core brings none. CI installs one; without any these tests are skipped. */
const executablePath = [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path !== undefined && existsSync(path),
);

const release = workflow('release', { title: 'Build, test, deploy' }, ({ task }) => {
  const build = task('build', { title: 'Build the package', run: () => ({ image: 'v1' }) });
  const unit = task('unit', {
    needs: { build },
    retry: { maximumAttempts: 1 },
    run: () => {
      throw new Error('2 of 14 tests failed');
    },
  });
  const deploy = task('deploy', { needs: { unit }, run: () => 'v1' });
  return { deploy };
});

let browser: Browser;

beforeAll(async () => {
  if (executablePath === undefined) return;
  const flags = '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking';
  const args = [...flags.split(' '), '--disable-component-update', '--disable-sync'];
  browser = await chromium.launch({ executablePath, args });
});

afterAll(() => browser?.close());

/** A page of the Temporal UI while a worker serves the workflows: it also answers the UI's queries. */
async function withPage(
  workflows: readonly WorkflowDefinition[],
  look: (page: Page, engine: OrchestrationEngine) => Promise<void>,
) {
  await using engine = await OrchestrationEngine.connect({
    address: inject('temporalAddress'),
    uiUrl: inject('temporalUiUrl'),
    taskQueue: `ui-${randomUUID()}`,
  });
  await withWorker(engine, workflows, async () => {
    const page = await browser.newPage({ viewport: { width: 1440, height: 1200 } });
    await look(page, engine).finally(() => page.close());
  });
}

async function startFailingRelease(engine: OrchestrationEngine): Promise<string> {
  const run = await engine.start(release);
  await expect(run.result()).rejects.toThrow(RunFailedError);
  return run.url ?? '';
}

/** The UI shows Markdown in frames of its own. */
async function textOf(page: Page): Promise<string> {
  const texts = await Promise.all(page.frames().map((frame) => frame.locator('body').textContent()));
  return texts.join('\n');
}

test.skipIf(executablePath === undefined)(
  'run.url opens the run, with an activity of its own for each task',
  async () => {
    await withPage([release], async (page, engine) => {
      await page.goto(await startFailingRelease(engine));
      await expect.poll(() => textOf(page)).toContain('release.build');
      expect(await textOf(page)).toContain("1 of 3 tasks failed. 'unit' failed after 1 attempt: 2 of 14 tests failed");
    });
  },
);

test.skipIf(executablePath === undefined)(
  'the current details show every task, why it failed, and the graph',
  async () => {
    await withPage([release], async (page, engine) => {
      const url = await startFailingRelease(engine);
      await page.goto(url.replace(/history$/, 'user-metadata'));
      await expect.poll(() => textOf(page)).toContain('✗ 1 failed');
      const text = await textOf(page);
      expect(text).toContain('Build, test, deploy');
      expect(text).toMatch(/because .unit. failed/);
      expect(text).toContain('✓ build ── ✗ unit ── × deploy');
    });
  },
);

test.skipIf(executablePath === undefined)("the UI's Start button starts a run with the input alone", async () => {
  const greet = workflow(
    'greet',
    { input: z.object({ name: z.string(), mark: z.string().default('!') }) },
    ({ task }) => {
      const hello = task('hello', { run: (_, { input }) => `hello ${input.name}${input.mark}` });
      return { hello };
    },
  );
  await withPage([greet], async (page, engine) => {
    const workflowId = `from-ui-${randomUUID()}`;
    await page.goto(`${inject('temporalUiUrl')}/namespaces/default/workflows/start-workflow`);
    await page.locator('#workflowId').fill(workflowId);
    await page.locator('#taskQueue').fill(engine.taskQueue);
    await page.locator('#workflowType').fill('greet');
    await page.locator('.cm-content').first().fill('{"name":"Temporal"}');
    // Leaving the editor formats its text, and a queue that is found active shows it: both move the button.
    await page.locator('#workflowType').focus();
    await page.getByText('Task Queue is Active').waitFor();
    await page.getByRole('button', { name: 'Start Workflow' }).last().click();
    await expect
      .poll(() =>
        engine
          .run(workflowId)
          .status()
          .catch(() => undefined),
      )
      .toBeDefined();
    expect(await engine.run(workflowId).result()).toEqual({ hello: 'hello Temporal!' });
  });
});
