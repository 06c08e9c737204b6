import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { NonRetryableError, type Run, RunFailedError, settled, workflow } from '../../src/index.js';
import { deferred } from '../support/deferred.js';
import { expectReplays } from '../support/expect-replays.js';
import { MemoryStorage } from '../support/memory-storage.js';
import { expectSameFromHistory } from '../support/rebuilt-from-history.js';
import { dispatchesIn, type HistoryEvent, historyOf } from '../support/run-history.js';
import { executionsOf, startShort } from '../support/short-executions.js';
import { statesOf, taskOf, waitForState } from '../support/snapshots.js';
import { taskLine } from '../support/task-line.js';
import { untilAborted } from '../support/until-aborted.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

const once = { retry: { maximumAttempts: 1 } };

function fails(): never {
  throw new Error('broke');
}

/** Some 8 KiB. */
function letters(i: number): string {
  return String.fromCharCode(97 + (i % 26)).repeat(2_000);
}

/** What a local activity leaves in history. */
function markersIn(history: readonly HistoryEvent[]): number {
  return history.filter((event) => event.markerRecordedEventAttributes).length;
}

function workflowTasksIn(history: readonly HistoryEvent[]): number {
  return history.filter((event) => event.workflowTaskStartedEventAttributes).length;
}

describe('local tasks', () => {
  test('in a line take one event each, and one workflow task together', async () => {
    const line = workflow('local-line', { placement: 'local' }, (builder) => ({ last: taskLine(builder, 20) }));
    await using engine = await connectEngine();
    const run = await engine.start(line);
    await withWorker(engine, [line], async () => expect(await run.result()).toEqual({ last: 20 }));
    const history = await historyOf(engine, run);
    expect(dispatchesIn(history).size).toBe(0);
    expect(markersIn(history)).toBe(20);
    expect(workflowTasksIn(history)).toBe(1);
    await expectSameFromHistory(engine, run as Run);
    await expectReplays(engine, run);
  });

  test('of every kind of node run beside activities', async () => {
    const child = workflow('local-child', { input: z.object({ n: z.number() }) }, ({ task }) => {
      return { twice: task('twice', { placement: 'local', run: (_, { input }) => input.n * 2 }) };
    });
    const all = workflow(
      'local-all',
      { placement: 'local' },
      ({ task, map, subworkflow, sleep, resource, onFinish }) => {
        const build = task('build', { run: () => 'image', compensate: () => {} });
        const far = task('far', { placement: 'activity', needs: { build }, run: ({ build }) => `far ${build}` });
        const db = resource('db', { needs: { build }, create: () => 'url', destroy: () => {} });
        const nap = sleep('nap', 20, { when: () => true });
        const no = task('no', { when: () => false, run: () => 1 });
        const smoke = map('smoke', {
          needs: { far, db, nap },
          over: () => [1, 2, 3],
          tolerate: 1,
          ...once,
          run: (n) => (n === 2 ? fails() : n),
        });
        const double = subworkflow('double', child, { with: () => ({ n: 21 }) });
        const each = map('each', { over: () => [{ n: 1 }, { n: 2 }], workflow: child });
        const after = task('after', { needs: { no: settled(no) }, run: ({ no }) => no.status });
        onFinish('notify', { run: () => {} });
        return { smoke, double, each, after };
      },
    );
    await using engine = await connectEngine();
    const run = await engine.start(all);
    await withWorker(engine, [all, child], async () => {
      expect(await run.result()).toEqual({
        smoke: [1, undefined, 3],
        double: { twice: 42 },
        each: [{ twice: 2 }, { twice: 4 }],
        after: 'skipped',
      });
    });
    expect([...dispatchesIn(await historyOf(engine, run)).keys()]).toEqual(['far']);
    await expectSameFromHistory(engine, run as Run);
    await expectReplays(engine, run);
  });

  test('are tried again after a backoff, and their attempts count on', async () => {
    const seen: number[] = [];
    const retried = workflow('local-retried', { placement: 'local' }, ({ task }) => {
      const third = task('third', {
        retry: { initialInterval: 200, maximumAttempts: 5 },
        run: (_, { attempt }) => {
          seen.push(attempt);
          return attempt < 3 ? fails() : attempt;
        },
      });
      const quick = task('quick', {
        retry: { initialInterval: 10 },
        run: (_, { attempt }) => (attempt < 2 ? fails() : attempt),
      });
      return { third, quick };
    });
    await using engine = await connectEngine();
    const run = await engine.start(retried);
    await withWorker(engine, [retried], async () => expect(await run.result()).toEqual({ third: 3, quick: 2 }));
    expect(seen).toEqual([1, 2, 3]);
    const snapshot = await run.status();
    expect([taskOf(snapshot, 'third').attempts, taskOf(snapshot, 'quick').attempts]).toEqual([3, 2]);
    await expectSameFromHistory(engine, run as Run);
    await expectReplays(engine, run);
  });

  test('that fail tell why, after their attempts or at once, and what was done is undone', async () => {
    const undone: unknown[] = [];
    const failing = workflow('local-failing', { placement: 'local' }, ({ task }) => {
      const book = task('book', { run: () => 'seat 7', compensate: ({ output }) => void undone.push(output) });
      task('twice', { needs: { book }, retry: { maximumAttempts: 2, initialInterval: 10 }, run: fails });
      task('final', {
        needs: { book },
        run: () => {
          throw new NonRetryableError('never');
        },
      });
    });
    await using engine = await connectEngine();
    const run = await engine.start(failing);
    await withWorker(engine, [failing], () => expect(run.result()).rejects.toThrow(RunFailedError));
    const snapshot = await run.status();
    expect(taskOf(snapshot, 'twice')).toMatchObject({ state: 'failed', attempts: 2, error: { message: 'broke' } });
    expect(taskOf(snapshot, 'final')).toMatchObject({ state: 'failed', attempts: 1, error: { message: 'never' } });
    expect(taskOf(snapshot, 'book').compensation).toBe('compensated');
    expect(undone).toEqual(['seat 7']);
    await expectSameFromHistory(engine, run as Run);
    await expectReplays(engine, run);
  });

  test('that reach their timeout fail with it, after their attempts', async () => {
    const slow = workflow('local-slow', { placement: 'local' }, ({ task }) => {
      task('slow', {
        startToCloseTimeout: 200,
        retry: { maximumAttempts: 2, initialInterval: 10 },
        run: (_, { signal }) => new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve())),
      });
    });
    await using engine = await connectEngine();
    const run = await engine.start(slow);
    await withWorker(engine, [slow], () => expect(run.result()).rejects.toThrow(RunFailedError));
    expect(taskOf(await run.status(), 'slow')).toMatchObject({
      state: 'failed',
      attempts: 2,
      error: { type: 'TIMEOUT_START_TO_CLOSE' },
    });
    await expectSameFromHistory(engine, run as Run);
    await expectReplays(engine, run);
  });

  test('that wait for their next attempt are cancelled at once, by an operator or a failure', async () => {
    const stopped = workflow('local-stopped', { placement: 'local', onFailure: 'cancel' }, ({ task }) => {
      const waits = { retry: { initialInterval: '1h' } } as const;
      task('by-hand', { ...waits, allowFailure: true, run: fails });
      task('by-failure', { ...waits, run: fails });
      const far = task('far', { placement: 'activity', run: () => {} });
      const asked = task('asked', { placement: 'activity', needs: { far }, run: () => cancelled.promise });
      task('breaks', { needs: { asked }, ...once, run: fails });
    });
    const cancelled = deferred();
    await using engine = await connectEngine();
    const run = await engine.start(stopped);
    await withWorker(engine, [stopped], async () => {
      await waitForState(run, 'by-hand', 'running');
      await run.task('by-hand').cancel();
      cancelled.resolve();
      await expect(run.result()).rejects.toThrow(RunFailedError);
    });
    expect(statesOf(await run.status())).toMatchObject({
      'by-hand': 'cancelled',
      'by-failure': 'cancelled',
      breaks: 'failed',
    });
    await expectSameFromHistory(engine, run as Run);
    await expectReplays(engine, run);
  });

  test('that wait for their next attempt take no room from others', async () => {
    const begun = new Set<number>();
    const all = deferred();
    const crowded = workflow('local-crowded', { placement: 'local' }, ({ map }) => {
      map('all', {
        over: () => Array.from({ length: 250 }, (_, i) => i), // more than may be in flight at once
        retry: { initialInterval: '1h' },
        run: (i) => {
          if (begun.add(i).size === 250) all.resolve();
          fails();
        },
      });
    });
    await using engine = await connectEngine();
    const run = await engine.start(crowded);
    await withWorker(engine, [crowded], async () => {
      await all.promise;
      await run.task('all').cancel();
      await run.result().catch(() => {});
    });
    expect(taskOf(await run.status(), 'all').state).toBe('cancelled');
    await expectSameFromHistory(engine, run as Run);
    await expectReplays(engine, run);
  });

  test('that are all tried again at once are as many as there is room for', async () => {
    const again = workflow('local-again', { placement: 'local' }, ({ map }) => {
      const all = map('all', {
        over: () => Array.from({ length: 250 }, (_, i) => i),
        retry: { initialInterval: 2_000, backoffCoefficient: 1 },
        run: (i, { attempt }) => (attempt < 2 ? fails() : i),
      });
      return { all };
    });
    await using engine = await connectEngine();
    const run = await engine.start(again);
    await withWorker(engine, [again], async () => expect((await run.result()).all).toHaveLength(250));
    expect(taskOf(await run.status(), 'all').items?.counts.succeeded).toBe(250);
    await expectSameFromHistory(engine, run as Run);
    await expectReplays(engine, run);
  });

  test('that wait for a free slot of their worker are not begun when they are cancelled', async () => {
    const begun: string[] = [];
    const broken = workflow('local-queued', { placement: 'local', onFailure: 'cancel' }, ({ task }) => {
      const waits = (_: unknown, { task: id, signal }: { task: string; signal: AbortSignal }) => {
        begun.push(id);
        return untilAborted(signal);
      };
      task('runs', { ...once, run: waits });
      task('breaks', { ...once, run: fails });
      for (const id of ['third', 'fourth', 'fifth', 'sixth']) task(id, { ...once, run: waits });
    });
    await using engine = await connectEngine();
    const run = await engine.start(broken);
    await withWorker(engine, [broken], () => expect(run.result()).rejects.toThrow(RunFailedError), {
      maxConcurrentLocalActivityExecutions: 2,
    });
    expect(begun).not.toContain('sixth'); // a slot may have been taken before the failure was heard of
    expect(statesOf(await run.status())).toMatchObject({ runs: 'cancelled', breaks: 'failed', sixth: 'cancelled' });
    await expectSameFromHistory(engine, run as Run);
    await expectReplays(engine, run);
  });

  test('are used again by a rerun', async () => {
    let isBroken = true;
    const calls: string[] = [];
    const repaired = workflow('local-repaired', { placement: 'local' }, ({ task }) => {
      const build = task('build', { run: () => calls.push('build') });
      const deploy = task('deploy', { needs: { build }, ...once, run: ({ build }) => (isBroken ? fails() : build) });
      return { deploy };
    });
    await using engine = await connectEngine();
    const run = await engine.start(repaired);
    await withWorker(engine, [repaired], async () => {
      await expect(run.result()).rejects.toThrow(RunFailedError);
      isBroken = false;
      const rerun = await engine.rerun(run.id);
      expect(await rerun.result()).toEqual({ deploy: 1 });
    });
    expect(calls).toEqual(['build']);
  });

  test('that run when the run is terminated are known to have run, and what was recorded is kept', async () => {
    const ended = workflow('local-ended', { placement: 'local' }, ({ task }) => {
      const first = task('first', { run: () => 1 });
      const far = task('far', { placement: 'activity', needs: { first }, run: () => 2 });
      task('last', { needs: { far }, run: () => reached.resolve() });
      task('endless', { needs: { far }, run: (_, { signal }) => untilAborted(signal) });
    });
    const reached = deferred();
    await using engine = await connectEngine();
    const run = await engine.start(ended);
    await withWorker(engine, [ended], async () => {
      await reached.promise;
      await run.terminate();
    });
    expect(statesOf(await run.status())).toMatchObject({ first: 'succeeded', far: 'succeeded', endless: 'running' });
  });

  test('that give more than their budget store it, as any task does', async () => {
    const large = workflow('local-large', { placement: 'local' }, ({ task }) => {
      const made = task('made', { run: () => 'x'.repeat(3_000_000) });
      return { length: task('length', { needs: { made }, run: ({ made }) => made.length }) };
    });
    const storage = new MemoryStorage();
    await using engine = await connectEngine(undefined, { storage });
    const run = await engine.start(large);
    await withWorker(engine, [large], async () => expect(await run.result()).toEqual({ length: 3_000_000 }), {
      storage,
    });
    expect(storage.stores).toBe(1);
    await expectReplays(engine, run);
  });

  test('500 at once, each of which gives all that may travel, make no workflow task too large', async () => {
    const fan = workflow('local-fan', { placement: 'local' }, ({ map, task }) => {
      const all = map('all', { over: () => Array.from({ length: 500 }, (_, i) => i), run: (i) => letters(i) });
      task('some', { needs: { all }, placement: 'activity', run: ({ all }) => all.length });
    });
    const storage = new MemoryStorage();
    await using engine = await connectEngine(undefined, { storage });
    const run = await engine.start(fan);
    await withWorker(engine, [fan], () => run.result(), { storage }); // all of it together is needed, and stored
    const history = await historyOf(engine, run);
    expect(taskOf(await run.status(), 'all').items?.counts.succeeded).toBe(500);
    expect(history.some((event) => event.workflowTaskFailedEventAttributes)).toBe(false);
    await expectReplays(engine, run);
  });

  test('that this worker does not serve wait, and go on as activities when another does', async () => {
    const seen: number[] = [];
    const current = workflow('local-unserved', { placement: 'local' }, ({ task }) => {
      const build = task('build', { run: () => 'image' });
      return { deploy: task('deploy', { needs: { build }, run: (_, { attempt }) => void seen.push(attempt) }) };
    });
    const old = workflow('local-unserved', {}, ({ task }) => ({ build: task('build', { run: () => 'image' }) }));
    await using engine = await connectEngine();
    const run = await engine.start(current);
    await withWorker(engine, [old], async () => {
      const { cause } = await waitForState(run, 'deploy', 'waiting');
      expect(cause?.message).toContain('local-unserved.deploy');
    });
    await withWorker(engine, [current], () => run.result());
    expect(seen).toEqual([1]);
    expect([...dispatchesIn(await historyOf(engine, run)).keys()]).toContain('deploy#2');
    expect(taskOf(await run.status(), 'deploy').attempts).toBe(1);
    await expectSameFromHistory(engine, run as Run);
    await expectReplays(engine, run);
  });

  test('are drained when a run continues as new', async () => {
    const long = workflow('local-long', { placement: 'local' }, (builder) => {
      const { task, map } = builder;
      map('wide', { over: () => Array.from({ length: 60 }, (_, i) => i), concurrency: 10, run: (n) => n });
      let last = task('first', { run: () => 0 });
      for (let i = 0; i < 20; i++) {
        const far = task(`far-${i}`, { placement: 'activity', needs: { last }, run: ({ last }) => last + 1 });
        last = task(`near-${i}`, { needs: { far }, run: ({ far }) => far + 1 });
      }
      return { last };
    });
    await using engine = await connectEngine();
    const run = await startShort(engine, long, 40);
    await withWorker(engine, [long], async () => expect(await run.result()).toEqual({ last: 40 }));
    const executions = await executionsOf(engine, run);
    expect(executions.length).toBeGreaterThan(1);
    await expectSameFromHistory(engine, run);
    await expectReplays(engine, run);
  });
});

describe('a run whose local task takes some seconds', () => {
  const slow = workflow('local-busy', {}, ({ task }) => {
    const first = task('first', {
      placement: 'local',
      run: () => new Promise<void>((resolve) => setTimeout(resolve, 4_000)),
    });
    task('second', { needs: { first }, heartbeatTimeout: '1s', run: (_, { signal }) => untilAborted(signal) });
  });

  test('tells its state, and hears of a request to cancel, when the task has ended', async () => {
    await using engine = await connectEngine();
    const run = await engine.start(slow);
    await withWorker(engine, [slow], async () => {
      await expect.poll(async () => workflowTasksIn(await historyOf(engine, run)), { interval: 50 }).toBe(1);
      expect(statesOf(await run.status())).toMatchObject({ first: 'succeeded', second: 'running' });
      await run.cancel();
      await run.result().catch(() => {});
    });
    expect(statesOf(await run.status())).toEqual({ first: 'succeeded', second: 'cancelled' });
    await expectSameFromHistory(engine, run as Run);
  });
});
