import { expect, test } from 'vitest';
import { z } from 'zod';
import { type OrchestrationEngine, OrderFailedError, type Run, workflow } from '../../src/index.js';
import { expectSameFromHistory } from '../support/rebuilt-from-history.js';
import { dispatchesIn, historyOf } from '../support/run-history.js';
import { taskOf, waitForState } from '../support/snapshots.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

const current = workflow('release', {}, ({ task, event }) => {
  const window = event('window', { schema: z.object({ hour: z.number().default(7) }) });
  return { deploy: task('deploy', { needs: { window }, run: ({ window }) => window.hour }) };
});
const other = workflow('other', {}, ({ task }) => void task('only', { run: () => 1 }));

test('what an order gives is checked by any worker that has the definition, where that of the run has not: in a rolling deployment', async () => {
  await using engine = await connectEngine();
  const run = (await engine.start(current)) as Run;
  const sent = await takenByTheWrongWorker(engine, run, {});
  await withWorker(engine, [current], async () => {
    await sent.answer;
    expect(await run.result()).toEqual({ deploy: 7 });
  });
  expect((await run.status()).audit).toMatchObject([{ verb: 'send', task: 'window' }]);
  await expectSameFromHistory(engine, run);
}, 60_000);

test('a wrong value is found wrong by that worker, too', async () => {
  await using engine = await connectEngine();
  const run = (await engine.start(current)) as Run;
  const sent = await takenByTheWrongWorker(engine, run, { hour: 'late' });
  await withWorker(engine, [current], async () => {
    const error = await sent.answer.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OrderFailedError);
    expect(String(error)).toContain('hour');
    const snapshot = await run.status();
    expect(taskOf(snapshot, 'window').state).toBe('waiting');
    expect(snapshot.audit).toMatchObject([{ verb: 'send', refused: expect.stringContaining('hour') }]);
    await run.terminate();
  });
  await expectSameFromHistory(engine, run);
}, 60_000);

/** An order that the worker which has the run in memory could not check; by a handle without the definition, so that no client checks it. */
async function takenByTheWrongWorker(engine: OrchestrationEngine, run: Run, value: unknown) {
  return withWorker(engine, [other], async () => {
    await waitForState(run, 'window', 'waiting');
    const answer = engine.run(run.id).send('window', value);
    answer.catch(() => {}); // it is looked at later
    const asked = async () =>
      [...dispatchesIn(await historyOf(engine, run)).values()].map((it) => it.activityType?.name);
    await expect.poll(asked, { timeout: 20_000 }).toEqual(['pawl.check']);
    return { answer };
  });
}
