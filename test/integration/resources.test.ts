import { describe, expect, test } from 'vitest';
import { RunCancelledError, RunFailedError, workflow } from '../../src/index.js';
import { deferred } from '../support/deferred.js';
import { dispatchesIn, historyOf } from '../support/run-history.js';
import { taskOf } from '../support/snapshots.js';
import { untilAborted } from '../support/until-aborted.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

const once = { retry: { maximumAttempts: 1 } };

describe('a resource is destroyed', () => {
  test('when its last consumer has ended, while the run goes on', async () => {
    const isDestroyed = deferred();
    const log: string[] = [];
    const definition = workflow('suite', {}, ({ task, resource }) => {
      const db = resource('db', {
        create: () => ({ url: 'db://1' }),
        destroy: ({ output }, { idempotencyKey }) => {
          log.push(`destroy ${output.url}`, idempotencyKey);
          isDestroyed.resolve();
        },
      });
      const use = ({ db }: { db: { url: string } }, { task }: { task: string }) => void log.push(`${task} ${db.url}`);
      const migrate = task('migrate', { needs: { db }, run: use });
      const unit = task('unit', { needs: { db, migrate }, run: use });
      return { report: task('report', { needs: { unit }, run: () => isDestroyed.promise.then(() => 'done') }) };
    });
    await using engine = await connectEngine();
    const run = await engine.start(definition);
    await withWorker(engine, [definition], async () => expect(await run.result()).toEqual({ report: 'done' }));
    const key = `${run.id}/${run.runId}/db/destroy`;
    expect(log).toEqual(['migrate db://1', 'unit db://1', 'destroy db://1', key]);
    expect(taskOf(await run.status(), 'db')).toMatchObject({ state: 'succeeded', compensation: 'destroyed' });
    expect([...dispatchesIn(await historyOf(engine, run)).keys()]).toContain('db:destroy');
  });

  test('when its consumer fails', async () => {
    let destroyed = 0;
    const definition = workflow('suite', {}, ({ task, resource }) => {
      const db = resource('db', { create: () => 'db', destroy: () => void destroyed++ });
      const unit = task('unit', {
        ...once,
        needs: { db },
        run: () => {
          throw new Error('1 test failed');
        },
      });
      task('report', { needs: { db, unit }, run: () => 'all is well' });
    });
    await using engine = await connectEngine();
    await withWorker(engine, [definition], async () => {
      await expect(engine.execute(definition)).rejects.toThrow('1 test failed');
    });
    expect(destroyed).toBe(1);
  });

  test('when the run is cancelled, after its consumer has stopped', async () => {
    const entered = deferred();
    const log: string[] = [];
    const definition = workflow('suite', {}, ({ task, resource }) => {
      const db = resource('db', { create: () => 'db', destroy: () => void log.push('destroyed') });
      task('unit', {
        needs: { db },
        run: (_, { signal }) => {
          entered.resolve();
          return untilAborted(signal).finally(() => log.push('stopped'));
        },
      });
    });
    await using engine = await connectEngine();
    const run = await engine.start(definition);
    await withWorker(engine, [definition], async () => {
      await entered.promise;
      await run.cancel();
      await expect(run.result()).rejects.toThrow(RunCancelledError);
    });
    expect(log).toEqual(['stopped', 'destroyed']);
  });

  test('at once if nothing needs it, and never if it was not created', async () => {
    const destroyed: string[] = [];
    const definition = workflow('suite', {}, ({ resource }) => {
      const destroy = (_: object, { task }: { task: string }) => void destroyed.push(task);
      resource('unused', { create: () => 'db', destroy });
      resource('unwanted', { when: () => false, create: () => 'db', destroy });
      resource('broken', {
        ...once,
        allowFailure: true,
        create: () => {
          throw new Error('no disk');
        },
        destroy,
      });
    });
    await using engine = await connectEngine();
    await withWorker(engine, [definition], () => engine.execute(definition));
    expect(destroyed).toEqual(['unused']);
  });
});

describe('a resource that can not be destroyed', () => {
  function suite(allowFailure: boolean, attempts: number[]) {
    return workflow('suite', {}, ({ task, resource }) => {
      const db = resource('db', {
        allowFailure,
        retry: { maximumAttempts: 2, initialInterval: 10 },
        create: () => 'db',
        destroy: (_, { attempt }) => {
          attempts.push(attempt);
          throw new Error('it is in use');
        },
      });
      return { unit: task('unit', { needs: { db }, run: () => '12 passed' }) };
    });
  }

  test('fails the run at its end, after its attempts, and is named', async () => {
    const attempts: number[] = [];
    const definition = suite(false, attempts);
    await using engine = await connectEngine();
    const run = await engine.start(definition);
    const error = await withWorker(engine, [definition], () => run.result().catch((thrown: unknown) => thrown));
    expect(attempts).toEqual([1, 2]);
    expect(error).toBeInstanceOf(RunFailedError);
    expect(String(error)).toContain("'db:destroy' failed: it is in use");
    expect(error).toMatchObject({ details: { failedCount: 0, notUndone: [{ task: 'db:destroy', attempts: 2 }] } });
    const { tasks } = await run.status();
    expect(tasks.map(({ id, state, compensation }) => [id, state, compensation])).toEqual([
      ['db', 'succeeded', 'failed'],
      ['unit', 'succeeded', undefined],
    ]);
  });

  test('fails nothing if it has `allowFailure`', async () => {
    const definition = suite(true, []);
    await using engine = await connectEngine();
    const run = await engine.start(definition);
    await withWorker(engine, [definition], async () => expect(await run.result()).toEqual({ unit: '12 passed' }));
    expect(taskOf(await run.status(), 'db')).toMatchObject({
      compensation: 'failed',
      compensationError: { message: 'it is in use' },
    });
  });
});
