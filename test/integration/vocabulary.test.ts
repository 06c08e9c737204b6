import { describe, expect, test } from 'vitest';
import { rebuildSnapshot } from '../../src/client/history-reader.js';
import { readTasks } from '../../src/core/snapshot.js';
import {
  compile,
  optional,
  RunFailedError,
  type RunSnapshot,
  settled,
  type WorkflowDefinition,
  workflow,
} from '../../src/index.js';
import { runInProcess } from '../../testing/index.js';
import { conditionalWorkflows } from '../support/conditional-workflows.js';
import { deferred } from '../support/deferred.js';
import { isoDate } from '../support/iso-date.js';
import { dispatchesIn, historyOf, payloadsOf } from '../support/run-history.js';
import { statesOf, taskOf, waitForState } from '../support/snapshots.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

const once = { retry: { maximumAttempts: 1 } };

function failing(): never {
  throw new TypeError('no image');
}

test('a skip costs one activity, and what is skipped with it none', async () => {
  const definition = workflow('release', {}, ({ task }) => {
    const scan = task('scan', { when: async () => false, run: () => 'report' });
    return { mail: task('mail', { needs: { scan }, run: ({ scan }) => scan }) };
  });
  await using engine = await connectEngine();
  const run = await engine.start(definition);
  await withWorker(engine, [definition], async () => expect(await run.result()).toEqual({}));
  expect([...dispatchesIn(await historyOf(engine, run)).keys()]).toEqual(['scan']);
  const snapshot = await run.status();
  expect(snapshot.status).toBe('completed');
  expect(taskOf(snapshot, 'scan')).toMatchObject({ state: 'skipped', attempts: 1 });
  expect(taskOf(snapshot, 'mail')).toMatchObject({
    state: 'skipped',
    attempts: 0,
    cause: { message: "because 'scan' was skipped", root: 'scan', from: 'scan' },
  });
});

test('optional and settled needs arrive as decoded values, as nothing, and as results', async () => {
  const seen: unknown[] = [];
  const definition = workflow('release', {}, ({ task }) => {
    const stamp = task('stamp', { output: isoDate, run: () => new Date(0) });
    const scan = task('scan', { when: () => false, run: () => 'report' });
    const lint = task('lint', { ...once, allowFailure: true, run: failing });
    const needs = {
      stamp: optional(stamp),
      scan: optional(scan),
      lint: optional(lint),
      stamped: settled(stamp),
      scanned: settled(scan),
      linted: settled(lint),
    };
    return { deploy: task('deploy', { needs, run: (values) => void seen.push(values) }) };
  });
  await using engine = await connectEngine();
  await withWorker(engine, [definition], () => engine.execute(definition));
  expect(seen).toEqual([
    {
      stamp: new Date(0),
      scan: undefined,
      lint: undefined,
      stamped: { status: 'succeeded', output: new Date(0) },
      scanned: { status: 'skipped' },
      linted: { status: 'failed', error: expect.objectContaining({ type: 'TypeError', message: 'no image' }) },
    },
  ]);
});

test.each<['one_success' | 'one_failed', () => string, string]>([
  ['one_success', () => 'mirror', 'succeeded'],
  ['one_failed', failing, 'failed'],
])('%s starts while other needs still run, which are pending to it', async (trigger, quick, status) => {
  const release = deferred();
  const seen: unknown[] = [];
  const definition = workflow('release', {}, ({ task }) => {
    const fast = task('fast', { ...once, allowFailure: true, run: quick });
    const slow = task('slow', { run: () => release.promise });
    const early = task('early', {
      needs: { fast, slow },
      trigger,
      run: ({ fast, slow }) => {
        seen.push([fast.status, slow.status]);
        return 'early';
      },
    });
    return { early };
  });
  await using engine = await connectEngine();
  const run = await engine.start(definition);
  await withWorker(engine, [definition], async () => {
    await waitForState(run, 'early', 'succeeded');
    expect(taskOf(await run.status(), 'slow').state).toBe('running');
    release.resolve();
    expect(await run.result()).toEqual({ early: 'early' });
  });
  expect(seen).toEqual([[status, 'pending']]);
  expect(taskOf(await run.status(), 'slow').state).toBe('succeeded');
});

describe('a failure', () => {
  test('lets its clean-up run, which turns no failed run into a completed one', async () => {
    const definition = workflow('release', {}, ({ task }) => {
      const deploy = task('deploy', { ...once, run: failing });
      return { cleanUp: task('cleanUp', { needs: { deploy }, trigger: 'one_failed', run: () => 'clean' }) };
    });
    await using engine = await connectEngine();
    const run = await engine.start(definition);
    await withWorker(engine, [definition], async () => {
      await expect(run.result()).rejects.toThrow(RunFailedError);
    });
    const snapshot = await run.status();
    expect(snapshot.status).toBe('failed');
    expect(statesOf(snapshot)).toEqual({ deploy: 'failed', cleanUp: 'succeeded' });
  });

  test('that is allowed leaves the run completed and is shown, as is what could not run because of it', async () => {
    const definition = workflow('release', {}, ({ task }) => {
      const lint = task('lint', { ...once, allowFailure: true, run: failing });
      const report = task('report', { needs: { lint }, run: () => 1 });
      return { report, build: task('build', { run: () => 'image' }) };
    });
    await using engine = await connectEngine();
    const run = await engine.start(definition);
    await withWorker(engine, [definition], async () => expect(await run.result()).toEqual({ build: 'image' }));
    const snapshot = await run.status();
    expect(snapshot.status).toBe('completed');
    expect(taskOf(snapshot, 'lint')).toMatchObject({ state: 'failed', error: { message: 'no image' } });
    expect(taskOf(snapshot, 'report')).toMatchObject({
      state: 'upstream_failed',
      cause: { message: "because 'lint' failed", root: 'lint' },
    });
  });

  test('that is allowed is not the cause that a failed run gives', async () => {
    const definition = workflow('release', {}, ({ task }) => {
      const lint = task('lint', { ...once, allowFailure: true, run: failing });
      task('build', {
        ...once,
        needs: { lint: settled(lint) },
        run: () => {
          throw new Error('no space left');
        },
      });
    });
    await using engine = await connectEngine();
    const run = await engine.start(definition);
    const error = await withWorker(engine, [definition], () => run.result().catch((thrown: unknown) => thrown));
    expect(error).toMatchObject({
      message: expect.stringContaining("1 of 2 tasks failed. 'build' failed after 1 attempt: no space left"),
      cause: { cause: { cause: { message: 'no space left' } } },
      details: { failedCount: 1, notRunCount: 0 },
    });
  });
});

test('what follows from a skip is skipped, and what follows from a failure, too, is upstream_failed', async () => {
  const definition = workflow('release', {}, ({ task }) => {
    const scan = task('scan', { when: () => false, run: () => 1 });
    const lint = task('lint', { ...once, run: failing });
    const afterScan = task('afterScan', { needs: { scan }, run: () => 1 });
    task('afterBoth', { needs: { afterScan, lint }, run: () => 1 });
  });
  await using engine = await connectEngine();
  const run = await engine.start(definition);
  await withWorker(engine, [definition], () => run.result().catch(() => {}));
  expect(statesOf(await run.status())).toEqual({
    scan: 'skipped',
    lint: 'failed',
    afterScan: 'skipped',
    afterBoth: 'upstream_failed',
  });
});

describe('on the server, in process and rebuilt from history', () => {
  test('every task ends in the same state for the same reason after the same attempts', async () => {
    await using engine = await connectEngine();
    const onServer = await withWorker(engine, conditionalWorkflows, () =>
      Promise.all(
        conditionalWorkflows.map(async (definition) => {
          const run = await engine.start(definition);
          await run.result().catch(() => {});
          return run;
        }),
      ),
    );
    for (const [i, definition] of conditionalWorkflows.entries()) {
      const run = onServer[i];
      if (run === undefined) throw new Error(`no run of ${definition.name}`);
      const snapshot = await run.status();
      expect(endsOf(snapshot), definition.name).toEqual(await endsInProcess(definition));
      const rebuilt = await rebuildSnapshot(await historyOf(engine, run), payloadsOf(engine));
      const fromHistory = rebuilt && readTasks(rebuilt).map(({ id, state, attempts }) => ({ id, state, attempts }));
      expect(fromHistory, definition.name).toEqual(
        snapshot.tasks.map(({ id, state, attempts }) => ({ id, state, attempts })),
      );
    }
  });
});

function endsOf({ status, tasks }: RunSnapshot) {
  const ends = tasks.map(({ id, state, attempts, cause }) => ({ id, state, attempts, cause: cause?.message }));
  return { outcome: status, ends };
}

async function endsInProcess(definition: WorkflowDefinition) {
  const run = await runInProcess(definition);
  const ends = compile(definition).tasks.map(({ id }) => {
    const { state, attempts, cause } = run.task(id);
    return { id, state, attempts, cause };
  });
  return { outcome: run.outcome, ends };
}
