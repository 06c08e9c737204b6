import { describe, expect, test } from 'vitest';
import { RunFailedError, workflow } from '../../src/index.js';
import { deferred } from '../support/deferred.js';
import { cancelledActivitiesIn, dispatchesIn, hasSeenCancelRequest, historyOf } from '../support/run-history.js';
import { taskOf } from '../support/snapshots.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

const once = { retry: { maximumAttempts: 1 } };

function failing(): never {
  throw new Error('the card was declined');
}

describe('when a run has failed', () => {
  test('what had succeeded is undone in the reverse order of the needs, also where a map or a subworkflow stands between', async () => {
    const undone: string[] = [];
    const child = workflow('confirm', {}, ({ task }) => ({ mail: task('mail', { run: () => 'sent' }) }));
    const trip = workflow('trip', {}, ({ task, map, subworkflow }) => {
      const compensate = (_: object, { task }: { task: string }) => void undone.push(task);
      const hotel = task('hotel', { run: () => 'room 7', compensate });
      const seats = map('seats', { needs: { hotel }, over: () => [1, 2], run: (seat) => seat });
      const flight = task('flight', { needs: { seats }, run: () => 'LH 1', compensate });
      const confirm = subworkflow('confirm', child, { needs: { flight } });
      const car = task('car', { needs: { confirm }, run: () => 'a van', compensate });
      task('pay', { ...once, needs: { car }, run: failing });
    });
    await using engine = await connectEngine();
    const run = await engine.start(trip);
    await withWorker(engine, [trip], async () => {
      await expect(run.result()).rejects.toThrow(RunFailedError);
    });
    expect(undone).toEqual(['car', 'flight', 'hotel']);
    const { tasks } = await run.status();
    expect(tasks.map(({ id, state, compensation }) => [id, state, compensation])).toEqual([
      ['hotel', 'succeeded', 'compensated'],
      ['seats', 'succeeded', undefined],
      ['flight', 'succeeded', 'compensated'],
      ['confirm', 'succeeded', undefined],
      ['car', 'succeeded', 'compensated'],
      ['pay', 'failed', undefined],
    ]);
  });

  test('a compensation gets what its task made and what that had needed, in an activity of its own', async () => {
    const given: unknown[] = [];
    const trip = workflow('trip', {}, ({ task }) => {
      const city = task('city', { run: () => 'Rome' });
      const hotel = task('hotel', {
        needs: { city },
        run: ({ city }) => ({ room: `7 in ${city}` }),
        compensate: ({ output, needs }, { idempotencyKey }) => void given.push(output, needs, idempotencyKey),
      });
      task('pay', { ...once, needs: { hotel }, run: failing });
    });
    await using engine = await connectEngine();
    const run = await engine.start(trip);
    await withWorker(engine, [trip], () => run.result().catch(() => {}));
    expect(given).toEqual([{ room: '7 in Rome' }, { city: 'Rome' }, `${run.id}/${run.runId}/hotel/compensate`]);
    const dispatch = dispatchesIn(await historyOf(engine, run)).get('hotel:compensate');
    expect(dispatch?.activityType?.name).toBe('trip.hotel');
  });

  test('what is independent is undone at the same time', async () => {
    const [hotelBegan, flightBegan] = [deferred(), deferred()];
    const trip = workflow('trip', {}, ({ task }) => {
      const hotel = task('hotel', {
        run: () => 'room 7',
        compensate: () => {
          hotelBegan.resolve();
          return flightBegan.promise;
        },
      });
      const flight = task('flight', {
        run: () => 'LH 1',
        compensate: () => {
          flightBegan.resolve();
          return hotelBegan.promise;
        },
      });
      task('pay', { ...once, needs: { hotel, flight }, run: failing });
    });
    await using engine = await connectEngine();
    await withWorker(engine, [trip], async () => {
      await expect(engine.execute(trip)).rejects.toThrow(RunFailedError);
    });
  });

  test('a compensation is retried as its task is, and one that fails for good is named while the others go on', async () => {
    const attempts: number[] = [];
    const undone: string[] = [];
    const trip = workflow('trip', {}, ({ task }) => {
      const hotel = task('hotel', { run: () => 'room 7', compensate: () => void undone.push('hotel') });
      const flight = task('flight', {
        needs: { hotel },
        retry: { maximumAttempts: 3, initialInterval: 10 },
        run: () => 'LH 1',
        compensate: (_, { attempt }) => {
          attempts.push(attempt);
          throw new Error('the airline does not answer');
        },
      });
      task('pay', { ...once, needs: { flight }, run: failing });
    });
    await using engine = await connectEngine();
    const run = await engine.start(trip);
    const error = await withWorker(engine, [trip], () => run.result().catch((thrown: unknown) => thrown));
    expect(attempts).toEqual([1, 2, 3]);
    expect(undone).toEqual(['hotel']);
    expect(error).toBeInstanceOf(RunFailedError);
    expect(String(error)).toContain('the card was declined');
    expect(String(error)).toContain("'flight:compensate' failed: the airline does not answer");
    expect(error).toMatchObject({
      details: {
        failed: [{ task: 'pay' }],
        notUndone: [{ task: 'flight:compensate', message: 'the airline does not answer', attempts: 3 }],
      },
    });
    expect(taskOf(await run.status(), 'flight')).toMatchObject({
      state: 'succeeded',
      compensation: 'failed',
      compensationError: { message: 'the airline does not answer' },
    });
  });

  test('its compensations are not reached by a request to cancel', async () => {
    const [undoing, goOn] = [deferred(), deferred()];
    const trip = workflow('trip', {}, ({ task }) => {
      const hotel = task('hotel', {
        run: () => 'room 7',
        compensate: async () => {
          undoing.resolve();
          await goOn.promise;
        },
      });
      task('pay', { ...once, needs: { hotel }, run: failing });
    });
    await using engine = await connectEngine();
    const run = await engine.start(trip);
    await withWorker(engine, [trip], async () => {
      await undoing.promise;
      await run.cancel();
      await expect.poll(async () => hasSeenCancelRequest(await historyOf(engine, run))).toBe(true);
      goOn.resolve();
      await expect(run.result()).rejects.toThrow(RunFailedError); // nothing was left to be cancelled
    });
    expect(taskOf(await run.status(), 'hotel').compensation).toBe('compensated');
    expect(cancelledActivitiesIn(await historyOf(engine, run))).toBe(0);
  });
});
