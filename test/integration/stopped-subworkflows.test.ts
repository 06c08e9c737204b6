import { beforeEach, expect, test } from 'vitest';
import { RunCancelledError, RunFailedError, workflow } from '../../src/index.js';
import { type Deferred, deferred } from '../support/deferred.js';
import { statesOf } from '../support/snapshots.js';
import { untilAborted } from '../support/until-aborted.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

let isFilling: Deferred<void>;
let undone: string[];

beforeEach(() => {
  isFilling = deferred();
  undone = [];
});

const region = workflow('region', {}, ({ task }) => {
  const create = task('create', { run: () => 'database', compensate: ({ output }) => void undone.push(output) });
  task('fill', {
    needs: { create },
    run: (_, { signal }) => {
      isFilling.resolve();
      return untilAborted(signal);
    },
  });
});

const release = workflow('release', {}, ({ subworkflow }) => void subworkflow('eu', region));

test('a subworkflow is cancelled with its parent, which waits for its compensations', async () => {
  await using engine = await connectEngine();
  const run = await engine.start(release);
  await withWorker(engine, [release], async () => {
    await isFilling.promise;
    await run.cancel();
    await expect(run.result()).rejects.toThrow(RunCancelledError);
    expect(undone).toEqual(['database']);
  });
  expect((await engine.run(`${run.id}/eu`).status()).status).toBe('cancelled');
  expect(statesOf(await run.status())).toEqual({ eu: 'cancelled' });
});

test('one that an operator cancels ends as a cancelled run does, and its parent as after a failure', async () => {
  await using engine = await connectEngine();
  const run = await engine.start(release);
  await withWorker(engine, [release], async () => {
    await isFilling.promise;
    await run.task('eu').cancel({ actor: 'ann', reason: 'not there' });
    await expect(run.result()).rejects.toThrow(RunFailedError);
    expect(undone).toEqual(['database']);
  });
  expect((await engine.run(`${run.id}/eu`).status()).status).toBe('cancelled');
  expect(await run.explain('eu')).toMatch(/eu is cancelled at .*: cancelled by ann: not there/);
});

test('one whose parent is terminated is cancelled, and undoes what it has done', async () => {
  await using engine = await connectEngine();
  const run = await engine.start(release);
  await withWorker(engine, [release], async () => {
    await isFilling.promise;
    await run.terminate();
    await expect(engine.run(`${run.id}/eu`).result()).rejects.toThrow(RunCancelledError);
  });
  expect(undone).toEqual(['database']);
});
