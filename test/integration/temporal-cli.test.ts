import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { beforeAll, expect, inject, test, vi } from 'vitest';
import { z } from 'zod';
import { workflow } from '../../src/index.js';
import { findTemporalCli } from '../../worker/find-temporal-cli.js';
import { dispatchesIn, historyOf } from '../support/run-history.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

const release = workflow(
  'release',
  { input: z.object({ dir: z.string(), ref: z.string().default('main') }) },
  ({ task }) => {
    const build = task('build', { run: (_, { input }) => ({ image: `${input.dir}@${input.ref}` }) });
    return { deploy: task('deploy', { needs: { build }, run: ({ build }) => `deployed ${build.image}` }) };
  },
);

let cli: string;
beforeAll(async () => {
  cli = (await findTemporalCli()).path;
});

test('`temporal workflow start` with the input alone starts a run, whose result is the bare JSON of its outputs', async () => {
  await using engine = await connectEngine();
  const workflowId = `release-${randomUUID()}`;
  await withWorker(engine, [release], async () => {
    await temporal('workflow', 'start', ...start(engine.taskQueue, workflowId), '--input', '{"dir":"."}');
    const { result } = await temporal('workflow', 'result', '--workflow-id', workflowId);
    expect(result).toEqual({ deploy: 'deployed .@main' });
    const run = engine.run(workflowId);
    expect(await run.status()).toMatchObject({ workflow: 'release', status: 'completed' });
    const types = [...dispatchesIn(await historyOf(engine, run)).values()].map(
      ({ activityType }) => activityType?.name,
    );
    expect(types).toEqual(['release.build', 'release.deploy']);
  });
});

test('`temporal workflow execute` fails with the message of a wrong input', async () => {
  await using engine = await connectEngine();
  await withWorker(engine, [release], async () => {
    const started = temporal(
      'workflow',
      'execute',
      ...start(engine.taskQueue, `release-${randomUUID()}`),
      '--input',
      '{"dir":1}',
    );
    await expect(started).rejects.toMatchObject({ stdout: expect.stringContaining('input.dir: Invalid input') });
  });
});

test('a Temporal Schedule starts runs', async () => {
  await using engine = await connectEngine();
  const scheduleId = `nightly-${randomUUID()}`;
  const schedule = await engine.client.schedule.create({
    scheduleId,
    spec: { calendars: [{ hour: 3 }] },
    action: {
      type: 'startWorkflow',
      workflowType: 'release',
      workflowId: scheduleId,
      taskQueue: engine.taskQueue,
      args: [{ dir: 'nightly' }],
    },
  });
  await withWorker(engine, [release], async () => {
    await schedule.trigger();
    const workflowId = await vi.waitFor(
      async () => {
        const [action] = (await schedule.describe()).info.recentActions;
        if (action?.action.type !== 'startWorkflow') throw new Error('it has not started anything');
        return action.action.workflow.workflowId;
      },
      { timeout: 10_000, interval: 100 },
    );
    expect(await engine.run(workflowId).result()).toEqual({ deploy: 'deployed nightly@main' });
  });
  await schedule.delete();
});

function start(taskQueue: string, workflowId: string): string[] {
  return ['--type', 'release', '--task-queue', taskQueue, '--workflow-id', workflowId];
}

/** Runs the Temporal CLI against the server of the tests, and reads its JSON. */
async function temporal(...args: string[]): Promise<{ result?: unknown }> {
  const { stdout } = await promisify(execFile)(cli, [
    ...args,
    '--address',
    inject('temporalAddress'),
    '--output',
    'json',
  ]);
  return JSON.parse(stdout) as { result?: unknown }; // what `--output json` prints
}
