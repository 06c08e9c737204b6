import { expect, test, vi } from 'vitest';
import {
  type OrchestrationEngine,
  OrderRefusedError,
  type Run,
  RunCancelledError,
  type RunSnapshot,
  workflow,
} from '../../src/index.js';
import { deferred } from '../support/deferred.js';
import { expectReplays } from '../support/expect-replays.js';
import { expectSameFromHistory } from '../support/rebuilt-from-history.js';
import { type HistoryEvent, historyOf } from '../support/run-history.js';
import { startShort } from '../support/short-executions.js';
import { statesOf, taskOf, waitForState } from '../support/snapshots.js';
import { taskLine } from '../support/task-line.js';
import { untilAborted } from '../support/until-aborted.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

test('an order comes after a result that had come before it, for a worker that hears of them together as for one that does not', async () => {
  const ends = [deferred(), deferred()] as const;
  const gathering = workflow('gathering', {}, ({ task, approval }) => {
    const a = task('a', { run: () => ends[0].promise });
    const b = task('b', { run: () => ends[1].promise });
    return { all: task('all', { needs: { a, b, ok: approval('ok') }, run: () => 'gathered' }) };
  });
  await using engine = await connectEngine();
  const run = await engine.start(gathering);
  await withWorker(engine, [gathering], async () => {
    for (const [n, end] of ends.entries()) {
      end.resolve();
      await hasHeardOf(engine, run, n + 1);
    }
  });
  // The workflow task that told it of the end of `b` led to nothing: this worker hears of that together with the order.
  const together = await withWorker(engine, [gathering], async () => {
    await expect(run.task('b').skip({ actor: 'ann' })).rejects.toThrow(OrderRefusedError);
    return run.status();
  });
  const alone = await withWorker(engine, [gathering], async () => {
    const snapshot = await run.status();
    await run.approve('ok');
    expect(await run.result()).toEqual({ all: 'gathered' });
    return snapshot;
  });
  for (const snapshot of [together, alone]) {
    expect(statesOf(snapshot)).toEqual({ a: 'succeeded', b: 'succeeded', ok: 'waiting', all: 'pending' });
    expect(refusalsIn(snapshot)).toEqual([['skip', 'b', "'b' is succeeded already"]]);
  }
  await expectReplays(engine, run);
  await expectSameFromHistory(engine, run as Run);
});

test('a request to cancel is not lost that comes with the result which lets the run continue as new', async () => {
  let isWatched = true;
  const stopping = workflow('stopping', { onFailure: 'continue' }, (builder) => {
    const { task, onFinish } = builder;
    taskLine(builder, 4);
    const first = task('first', {
      retry: { maximumAttempts: 1 },
      run: (_, { signal }) => (isWatched ? untilAborted(signal) : undefined),
    });
    task('second', { needs: { first }, trigger: 'all_done', run: () => 'ran' });
    onFinish('notify', { run: () => undefined });
  });
  await using engine = await connectEngine();
  const run = await startShort(engine, stopping, 5);
  // With the worker its task ends, and nobody hears of it.
  await withWorker(engine, [stopping], () => waitForState(run, 't4', 'succeeded'));
  await vi.waitFor(async () => expect(resultsIn(await historyOf(engine, run))).toHaveLength(5), { timeout: 30_000 });
  await run.cancel();
  isWatched = false;
  await withWorker(engine, [stopping], async () => {
    await expect(run.result()).rejects.toThrow(RunCancelledError);
  });
  const snapshot = await run.status();
  expect(taskOf(snapshot, 'second').state).toBe('cancelled');
  await expectReplays(engine, run);
  await expectSameFromHistory(engine, run as Run);
});

/** Waits until a workflow task was completed, and led to nothing, that had told the run of so many results. */
async function hasHeardOf(engine: OrchestrationEngine, run: Run<unknown>, results: number): Promise<void> {
  await vi.waitFor(
    async () => {
      const history = await historyOf(engine, run);
      expect(resultsIn(history)).toHaveLength(results);
      expect(history.at(-1)?.workflowTaskCompletedEventAttributes).toBeTruthy();
    },
    { timeout: 30_000, interval: 50 },
  );
}

function resultsIn(history: readonly HistoryEvent[]): HistoryEvent[] {
  return history.filter(
    (event) => event.activityTaskCompletedEventAttributes ?? event.activityTaskFailedEventAttributes,
  );
}

function refusalsIn({ audit }: RunSnapshot) {
  return audit.map(({ verb, task, refused }) => [verb, task, refused]);
}
