import { expect, test } from 'vitest';
import { workflow } from '../../src/index.js';
import { deferred } from '../support/deferred.js';
import { historyOf } from '../support/run-history.js';
import { waitForState } from '../support/snapshots.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

const once = { retry: { maximumAttempts: 1 } };

test("the cause of a run's failure is the first failure that counts: not one that was tolerated, allowed, or retried with success", async () => {
  let isBroken = true;
  const othersHaveFailed = deferred();
  const definition = workflow('release', { onFailure: 'hold' }, ({ task, map }) => {
    task('build', {
      ...once,
      run: () => {
        if (isBroken) throw new Error('held, and then retried');
      },
    });
    task('lint', { ...once, allowFailure: true, run: () => fail('allowed') });
    map('smoke', { ...once, over: () => [1, 2], tolerate: 1, run: (item) => (item === 2 ? fail('tolerated') : item) });
    task('deploy', {
      ...once,
      run: async () => {
        await othersHaveFailed.promise;
        fail('the one that counts');
      },
    });
  });
  await using engine = await connectEngine();
  const run = await engine.start(definition);
  await withWorker(engine, [definition], async () => {
    await waitForState(run, 'build', 'held');
    isBroken = false;
    await run.task('build').retry();
    for (const [id, state] of [
      ['build', 'succeeded'],
      ['smoke', 'succeeded'],
      ['lint', 'failed'],
    ] as const) {
      await waitForState(run, id, state);
    }
    othersHaveFailed.resolve();
    await waitForState(run, 'deploy', 'held');
    await run.task('deploy').fail('enough');
    await expect(run.result()).rejects.toThrow('enough');
  });
  const failure = (await historyOf(engine, run)).at(-1)?.workflowExecutionFailedEventAttributes?.failure;
  expect(JSON.stringify(failure?.cause)).toContain('the one that counts');
  expect(JSON.stringify(failure)).not.toMatch(/tolerated|allowed|retried/);
}, 60_000);

function fail(message: string): never {
  throw new Error(message);
}
