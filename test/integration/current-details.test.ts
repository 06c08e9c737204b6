import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { type OrchestrationEngine, workflow } from '../../src/index.js';
import { deferred } from '../support/deferred.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

/** What the Temporal UI asks for when somebody opens a run. */
async function currentDetails(engine: OrchestrationEngine, workflowId: string): Promise<string> {
  const metadata = await engine.client.workflow
    .getHandle(workflowId)
    .query<{ readonly currentDetails: string }>('__temporal_workflow_metadata');
  return metadata.currentDetails;
}

test('current details show the run as it is when they are asked for', async () => {
  const engine = await connectEngine();
  const [running, mayEnd] = [deferred<void>(), deferred<void>()];
  const build = async () => {
    running.resolve();
    await mayEnd.promise;
    return 'v1';
  };
  const release = workflow('release', {}, ({ task }) => {
    const built = task('build', { run: build });
    return { deploy: task('deploy', { needs: { built }, run: ({ built }) => built }) };
  });

  await withWorker(engine, [release], async () => {
    const run = await engine.start(release, undefined, { workflowId: randomUUID() });
    await running.promise;
    const before = await currentDetails(engine, run.id);
    mayEnd.resolve();
    await run.result();
    const after = await currentDetails(engine, run.id);

    expect(before).toContain('1 running');
    expect(after).toContain('2 succeeded');
  });
  await engine.close();
});
