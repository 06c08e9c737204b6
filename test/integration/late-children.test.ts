import { expect, test } from 'vitest';
import { type Run, workflow } from '../../src/index.js';
import { deferred } from '../support/deferred.js';
import { expectSameFromHistory } from '../support/rebuilt-from-history.js';
import { childrenIn, historyOf } from '../support/run-history.js';
import { taskOf, waitForState } from '../support/snapshots.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

const once = { retry: { maximumAttempts: 1 } };

test('a rerun waits for the child workflow of the run before, where that is ending still, and uses no attempt', async () => {
  let calls = 0;
  const [entered, mayEnd] = [deferred(), deferred()];
  const child = workflow('deployment', {}, ({ task }) => {
    const deploy = task('deploy', {
      ...once,
      run: async () => {
        if (++calls > 1) return 'deployed';
        entered.resolve();
        await mayEnd.promise;
        throw new Error('it was cancelled');
      },
    });
    return { deploy };
  });
  const parent = workflow('release', {}, ({ subworkflow }) => ({ eu: subworkflow('eu', child) }));
  await using engine = await connectEngine();
  const run = await engine.start(parent);
  await withWorker(engine, [parent, child], async () => {
    await entered.promise;
    await run.terminate();
    const again = await engine.rerun(run.id, { workflow: parent });
    const { cause } = await waitForState(again as Run, 'eu', 'waiting');
    expect(cause?.message).toContain(`the child workflow 'eu' of an earlier run has not ended yet`);
    mayEnd.resolve();
    expect(await again.result()).toEqual({ eu: { deploy: 'deployed' } });
    expect(taskOf(await again.status(), 'eu')).toMatchObject({ state: 'succeeded', attempts: 1 });
    expect(childrenIn(await historyOf(engine, again))).toHaveLength(1);
    await expectSameFromHistory(engine, again as Run);
  });
}, 60_000);
