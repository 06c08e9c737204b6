import { setTimeout as pause } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import {
  type OrchestrationEngine,
  OrderRefusedError,
  type Run,
  RunCancelledError,
  type TaskContext,
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
  // The workflow task that told it of the end of `b` led to nothing: this worker hears of that together with the orders.
  const together = await withWorker(engine, [gathering], async () => {
    await expect(run.task('b').skip({ actor: 'ann' })).rejects.toThrow(OrderRefusedError);
    await run.pause();
    return run.status();
  });
  const alone = await withWorker(engine, [gathering], async () => {
    const snapshot = await run.status();
    await run.resume();
    await run.approve('ok');
    expect(await run.result()).toEqual({ all: 'gathered' });
    return snapshot;
  });
  for (const snapshot of [together, alone]) {
    expect(statesOf(snapshot)).toEqual({ a: 'succeeded', b: 'succeeded', ok: 'waiting', all: 'pending' });
    expect(snapshot.audit.map(({ verb }) => verb)).toEqual(['pause']);
  }
  await expectReplays(engine, run);
  await expectSameFromHistory(engine, run as Run);
});

test('an order is accepted when that is commanded to which the results have led that came with it', async () => {
  const following = workflow('following', {}, ({ task, approval }) => {
    const first = task('first', { run: untilWorkerEnds });
    task('second', { needs: { first }, run: () => {} });
    task('third', { needs: { ok: approval('ok') }, run: () => {} });
  });
  await using engine = await connectEngine();
  const run = await engine.start(following);
  await withWorker(engine, [following], () => waitForState(run, 'first', 'running'));
  await hasResults(engine, run, 1);
  const approved = run.approve('ok');
  await withWorker(engine, [following], async () => {
    await approved;
    await run.result();
  });
  const history = await historyOf(engine, run);
  const accepted = history.findIndex((event) => event.workflowExecutionUpdateAcceptedEventAttributes);
  const told = history.slice(0, accepted).findLastIndex((event) => event.workflowTaskCompletedEventAttributes);
  expect(scheduledIn(history.slice(told, accepted))).toEqual(['second']);
  await expectReplays(engine, run);
  await expectSameFromHistory(engine, run as Run);
});

test('an order that comes with the result which ends the run is refused', async () => {
  const ending = workflow('ending', {}, ({ task }) => void task('only', { run: untilWorkerEnds }));
  await using engine = await connectEngine();
  const run = await engine.start(ending);
  await withWorker(engine, [ending], () => waitForState(run, 'only', 'running'));
  await hasResults(engine, run, 1);
  const paused = run.pause();
  await withWorker(engine, [ending], async () => {
    await expect(paused).rejects.toThrow(OrderRefusedError);
    await run.result();
  });
  await expectReplays(engine, run);
  await expectSameFromHistory(engine, run as Run);
});

test('an order comes before the cancellation of what was started by a result that came with it', async () => {
  const stopping = workflow('stopping', { onFailure: 'cancel', maxConcurrentTasks: 2 }, ({ task }) => {
    task('first', { run: untilWorkerEnds });
    task('second', {
      retry: { maximumAttempts: 1 },
      // Later than the first.
      run: async (_, context) => {
        await untilWorkerEnds(_, context);
        await pause(300);
        throw new Error('it is given up');
      },
    });
    task('third', { run: () => {} });
  });
  await using engine = await connectEngine();
  const run = await engine.start(stopping);
  await withWorker(engine, [stopping], () => waitForState(run, 'second', 'running'));
  await hasResults(engine, run, 2);
  // By then its start, which the first result led to, is cancelled by the second, and the server has heard of neither.
  const failed = run.task('third').fail('it is not wanted');
  await withWorker(engine, [stopping], async () => {
    await failed;
    await expect(run.result()).rejects.toThrow("'second' failed");
  });
  expect(taskOf(await run.status(), 'third').state).toBe('failed');
  await expectReplays(engine, run);
  await expectSameFromHistory(engine, run as Run);
});

test('what the ends of local tasks have led to is commanded in a replay, which tells them together, as it was', async () => {
  const stopping = workflow('stopping', { onFailure: 'cancel' }, ({ task, approval, onFinish }) => {
    approval('ok', { timeout: '1h' });
    const first = task('first', { run: () => {} }); // the server hears of the timer before the rest
    const local = { needs: { first }, placement: 'local', retry: { maximumAttempts: 1 } } as const;
    task('fails', {
      ...local,
      run: async () => {
        await pause(50);
        throw new Error('it is broken');
      },
    });
    task('ends', { ...local, run: () => pause(150) });
    onFinish('notify', { run: () => undefined });
  });
  await using engine = await connectEngine();
  const run = await engine.start(stopping);
  await withWorker(engine, [stopping], () => run.result().catch(() => {}));
  expect(statesOf(await run.status())).toMatchObject({ ok: 'cancelled', fails: 'failed', notify: 'succeeded' });
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
  await hasResults(engine, run, 5);
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

/** What it makes is in history, and nobody hears of it. */
async function untilWorkerEnds(_: unknown, { signal }: TaskContext): Promise<string> {
  await untilAborted(signal).catch(() => {});
  return 'made';
}

async function hasResults(engine: OrchestrationEngine, run: Run<unknown>, results: number): Promise<void> {
  await vi.waitFor(async () => expect(resultsIn(await historyOf(engine, run))).toHaveLength(results), {
    timeout: 30_000,
  });
}

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

function scheduledIn(history: readonly HistoryEvent[]) {
  return history.flatMap((event) => event.activityTaskScheduledEventAttributes?.activityId ?? []);
}
