import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { compile, workflow } from '../../src/index.js';
import { taskLine } from '../support/task-line.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

test('a cron schedule fires again after a run that is long enough to continue as new, which it does not, with keys of its own', async () => {
  const keys: string[] = [];
  const definition = workflow('nightly', {}, (builder) => {
    const first = builder.task('first', { run: (_, { idempotencyKey }) => void keys.push(idempotencyKey) });
    const last = taskLine(builder, 8);
    builder.task('end', { needs: { first, last }, run: () => 1 });
  });
  const plan = compile(definition);
  await using engine = await connectEngine();
  const handle = await engine.client.workflow.start('nightly', {
    workflowId: `nightly-${randomUUID()}`,
    taskQueue: engine.taskQueue,
    cronSchedule: '@every 1s',
    args: [undefined, { protocol: plan.protocol, plan, continueAfter: 20 }],
  });
  await withWorker(engine, [definition], async () => {
    await expect.poll(() => keys.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
    await handle.terminate();
  });
  expect(new Set(keys).size).toBe(keys.length);
}, 60_000);
