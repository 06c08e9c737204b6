import { describe, expect, test } from 'vitest';
import { RunCancelledError, RunFailedError, workflow } from '../../src/index.js';
import { deferred } from '../support/deferred.js';
import { taskOf, waitForState } from '../support/snapshots.js';
import { untilAborted } from '../support/until-aborted.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

const once = { retry: { maximumAttempts: 1 } };

function failing(): never {
  throw new Error('the card was declined');
}

describe('when a run was cancelled', () => {
  /** Cancels a run in the middle, and returns what its result is rejected with. */
  async function cancelled(compensateOn: readonly ('failed' | 'cancelled')[], compensate: () => void) {
    const entered = deferred();
    const trip = workflow('trip', { compensateOn }, ({ task }) => {
      const hotel = task('hotel', { ...once, run: () => 'room 7', compensate });
      task('pay', {
        needs: { hotel },
        run: (_, { signal }) => {
          entered.resolve();
          return untilAborted(signal);
        },
      });
    });
    await using engine = await connectEngine();
    const run = await engine.start(trip);
    return await withWorker(engine, [trip], async () => {
      await entered.promise;
      await run.cancel();
      return run.result().catch((error: unknown) => error);
    });
  }

  test('what had succeeded is undone, and the run is cancelled', async () => {
    let undone = 0;
    expect(await cancelled(['failed', 'cancelled'], () => void undone++)).toBeInstanceOf(RunCancelledError);
    expect(undone).toBe(1);
  });

  test('what had succeeded is undone, also where the run only waited', async () => {
    let undone = 0;
    const trip = workflow('trip', {}, ({ task, approval, onFinish }) => {
      const hotel = task('hotel', { run: () => 'room 7', compensate: () => void undone++ });
      approval('pay', { needs: { hotel } });
      onFinish('notify', { run: () => {} });
    });
    await using engine = await connectEngine();
    const run = await engine.start(trip);
    await withWorker(engine, [trip], async () => {
      await waitForState(run, 'pay', 'waiting');
      await run.cancel();
      await expect(run.result()).rejects.toThrow(RunCancelledError);
    });
    expect(undone).toBe(1);
    expect(taskOf(await run.status(), 'notify').state).toBe('succeeded');
  });

  test('nothing is undone if `compensateOn` does not name it', async () => {
    let undone = 0;
    expect(await cancelled(['failed'], () => void undone++)).toBeInstanceOf(RunCancelledError);
    expect(undone).toBe(0);
  });

  test('the run is failed if a compensation failed', async () => {
    const error = await cancelled(['cancelled'], failing);
    expect(error).toBeInstanceOf(RunFailedError);
    expect(error).toMatchObject({ details: { failedCount: 0, notUndone: [{ task: 'hotel:compensate' }] } });
  });
});
