import { randomUUID } from 'node:crypto';
import type { WorkerDeploymentOptions } from '@temporalio/worker';
import { expect, test, vi } from 'vitest';
import { type OrchestrationEngine, type Run, workflow } from '../../src/index.js';
import { deferred } from '../support/deferred.js';
import { historyOf } from '../support/run-history.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

/** Version 1 stops in its first task until it is let go on. */
function releaseOneAndTwo() {
  const entered = deferred();
  const goOn = deferred();
  const one = workflow('release', {}, ({ task }) => {
    const build = task('build', {
      run: async () => {
        entered.resolve();
        await goOn.promise;
        return 'image';
      },
    });
    return { deploy: task('deploy', { needs: { build }, run: ({ build }) => `one: ${build}` }) };
  });
  const two = workflow('release', {}, ({ task }) => {
    const build = task('build', { run: () => 'image' });
    return { deploy: task('deploy', { needs: { build }, run: ({ build }) => `two: ${build}` }) };
  });
  return { one, two, entered, goOn };
}

test('a pinned run ends on the version of the worker that it began with; later runs begin on the current one', async () => {
  const { one, two, entered, goOn } = releaseOneAndTwo();
  await using engine = await connectEngine();
  const deployment = `release-${randomUUID()}`;
  await withWorker(
    engine,
    [one],
    async () => {
      await makeCurrent(engine, deployment, '1.0');
      const first = await engine.start(one);
      await entered.promise;
      await withWorker(
        engine,
        [two],
        async () => {
          await makeCurrent(engine, deployment, '2.0');
          const second = await engine.start(two);
          expect(await second.result()).toEqual({ deploy: 'two: image' });
          goOn.resolve();
          expect(await first.result()).toEqual({ deploy: 'one: image' });
          expect(await versionsOf(engine, first)).toEqual(['PINNED 1.0']);
          expect(await versionsOf(engine, second)).toEqual(['PINNED 2.0']);
        },
        { workerDeploymentOptions: versioned(deployment, '2.0', 'PINNED') },
      );
    },
    { workerDeploymentOptions: versioned(deployment, '1.0', 'PINNED') },
  );
});

test('a run that is upgraded by itself goes on with the version that becomes current', async () => {
  const { one, two, entered, goOn } = releaseOneAndTwo();
  await using engine = await connectEngine();
  const deployment = `release-${randomUUID()}`;
  await withWorker(
    engine,
    [one],
    async () => {
      await makeCurrent(engine, deployment, '1.0');
      const run = await engine.start(one);
      await entered.promise;
      await withWorker(
        engine,
        [two],
        async () => {
          await makeCurrent(engine, deployment, '2.0');
          goOn.resolve();
          expect(await run.result()).toEqual({ deploy: 'two: image' });
          expect(await versionsOf(engine, run)).toEqual(['AUTO_UPGRADE 1.0', 'AUTO_UPGRADE 2.0']);
        },
        { workerDeploymentOptions: versioned(deployment, '2.0', 'AUTO_UPGRADE') },
      );
    },
    { workerDeploymentOptions: versioned(deployment, '1.0', 'AUTO_UPGRADE') },
  );
});

function versioned(
  deploymentName: string,
  buildId: string,
  defaultVersioningBehavior: 'PINNED' | 'AUTO_UPGRADE',
): WorkerDeploymentOptions {
  return { version: { deploymentName, buildId }, useWorkerVersioning: true, defaultVersioningBehavior };
}

/** The server knows a version from its worker's first poll on. */
async function makeCurrent(engine: OrchestrationEngine, deploymentName: string, buildId: string): Promise<void> {
  const { connection, options } = engine.client;
  await vi.waitFor(
    () =>
      connection.workflowService.setWorkerDeploymentCurrentVersion({
        namespace: options.namespace,
        deploymentName,
        buildId,
      }),
    { timeout: 30_000, interval: 200 },
  );
}

/** The versions that took the run's workflow tasks, each once, in their order. */
async function versionsOf(engine: OrchestrationEngine, run: Run): Promise<string[]> {
  const versions = new Set<string>();
  for (const { workflowTaskCompletedEventAttributes: completed } of await historyOf(engine, run)) {
    if (completed)
      versions.add(`${BEHAVIORS[completed.versioningBehavior ?? 0]} ${completed.deploymentVersion?.buildId}`);
  }
  return [...versions];
}

/** By the numbers of Temporal's enum VersioningBehavior. */
const BEHAVIORS = ['none', 'PINNED', 'AUTO_UPGRADE'];
