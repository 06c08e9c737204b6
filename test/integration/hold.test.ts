import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type OrchestrationEngine, type Run, RunCancelledError, RunFailedError, workflow } from '../../src/index.js';
import { deferred } from '../support/deferred.js';
import { dispatchesIn, historyOf } from '../support/run-history.js';
import { statesOf, taskOf, waitForState } from '../support/snapshots.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

let isBroken = true;
let attempts: number[] = [];

beforeEach(() => {
  isBroken = true;
  attempts = [];
});

const release = workflow('release', { onFailure: 'hold' }, ({ task }) => {
  const build = task('build', {
    retry: { maximumAttempts: 2, initialInterval: 10 },
    run: (_, { attempt }): string => {
      attempts.push(attempt);
      if (isBroken) throw new Error('no disk');
      return 'image';
    },
  });
  const lint = task('lint', { run: () => 'clean' });
  const deploy = task('deploy', { needs: { build }, run: ({ build }) => `deployed ${build}` });
  return { lint, deploy };
});

const shortlyHeld = workflow('shortly-held', { onFailure: 'hold', holdTimeout: 50 }, ({ task }) => {
  const build = task('build', {
    retry: { maximumAttempts: 1 },
    run: (): string => {
      throw new Error('no disk');
    },
  });
  return { deploy: task('deploy', { needs: { build }, run: ({ build }) => build }) };
});

let engine: OrchestrationEngine;
let worker: Promise<void>;
const allIsTested = deferred();

beforeAll(async () => {
  engine = await connectEngine();
  worker = withWorker(engine, [release, shortlyHeld], () => allIsTested.promise);
});

afterAll(async () => {
  allIsTested.resolve();
  await worker;
  await engine.close();
});

/** Runs it until `build` is held, and then does what is to be done. */
async function whenHeld(act: (run: Run<{ lint: string; deploy: string }>) => Promise<void>) {
  const run = await engine.start(release);
  await waitForState(run, 'build', 'held');
  await act(run);
  return { snapshot: await run.status(), dispatches: [...dispatchesIn(await historyOf(engine, run)).keys()] };
}

describe('a task that fails under `hold`', () => {
  test('is held after its attempts; the run stays open, and what does not need it goes on', async () => {
    await whenHeld(async (run) => {
      await waitForState(run, 'lint', 'succeeded');
      const snapshot = await run.status();
      expect(snapshot.status).toBe('running');
      expect(statesOf(snapshot)).toEqual({ build: 'held', lint: 'succeeded', deploy: 'pending' });
      expect(taskOf(snapshot, 'build')).toMatchObject({ attempts: 2, error: { message: 'no disk' }, until: undefined });
      expect(await run.explain('deploy')).toContain('build is held: it failed after 2 attempts: no disk');
      await run.terminate();
    });
  });

  test('is dispatched anew by `retry`, with all its attempts, and counts them on', async () => {
    const { snapshot, dispatches } = await whenHeld(async (run) => {
      await run.task('build').retry();
      await waitForState(run, 'build', 'held');
      isBroken = false;
      await run.task('build').retry({ actor: 'ann', reason: 'there is a disk now' });
      expect(await run.result()).toEqual({ lint: 'clean', deploy: 'deployed image' });
    });
    expect(attempts).toEqual([1, 2, 3, 4, 5]);
    expect(dispatches.filter((id) => id.startsWith('build'))).toEqual(['build', 'build#2', 'build#3']);
    expect(snapshot.audit.map(({ verb, task, reason }) => [verb, task, reason])).toEqual([
      ['retry', 'build', undefined],
      ['retry', 'build', 'there is a disk now'],
    ]);
  });

  test('succeeds with what `complete` gives', async () => {
    const { snapshot } = await whenHeld(async (run) => {
      await run.task('build').complete('image by hand');
      expect(await run.result()).toEqual({ lint: 'clean', deploy: 'deployed image by hand' });
    });
    expect(snapshot.status).toBe('completed');
  });

  test('is skipped by `skip`, and so is what needs it', async () => {
    const { snapshot } = await whenHeld(async (run) => {
      await run.task('build').skip({ actor: 'ann', reason: 'not today' });
      await expect(run.result()).rejects.toMatchObject({ code: 'OUTPUT_SKIPPED', outputs: ['deploy'] });
    });
    expect(snapshot.status).toBe('completed');
    expect(statesOf(snapshot)).toEqual({ build: 'skipped', lint: 'succeeded', deploy: 'skipped' });
    expect(taskOf(snapshot, 'build').cause?.message).toBe('skipped by ann: not today');
  });

  test('fails for good by `fail`, and is not held again', async () => {
    const { snapshot } = await whenHeld(async (run) => {
      await run.task('build').fail('the disk is gone');
      await expect(run.result()).rejects.toThrow(/'build' failed after 2 attempts: the disk is gone/);
    });
    expect(statesOf(snapshot)).toEqual({ build: 'failed', lint: 'succeeded', deploy: 'upstream_failed' });
  });

  test('is cancelled by `cancel`, which fails the run as a failure would', async () => {
    const { snapshot } = await whenHeld(async (run) => {
      await run.task('build').cancel({ actor: 'ann' });
      await expect(run.result()).rejects.toThrow(RunFailedError);
    });
    expect(statesOf(snapshot)).toEqual({ build: 'cancelled', lint: 'succeeded', deploy: 'upstream_failed' });
  });

  test('is cancelled with its run', async () => {
    const { snapshot } = await whenHeld(async (run) => {
      await run.cancel();
      await expect(run.result()).rejects.toThrow(RunCancelledError);
    });
    expect(statesOf(snapshot)).toEqual({ build: 'cancelled', lint: 'succeeded', deploy: 'cancelled' });
  });
});

test('a hold that lasts longer than `holdTimeout` counts as the failure that it was', async () => {
  const run = await engine.start(shortlyHeld);
  await expect(run.result()).rejects.toThrow("'build' failed after 1 attempt: no disk");
  expect(statesOf(await run.status())).toEqual({ build: 'failed', deploy: 'upstream_failed' });
});
