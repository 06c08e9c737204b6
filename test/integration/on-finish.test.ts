import { describe, expect, test } from 'vitest';
import { RunCancelledError, RunFailedError, workflow } from '../../src/index.js';
import { deferred } from '../support/deferred.js';
import { isoDate } from '../support/iso-date.js';
import { taskOf } from '../support/snapshots.js';
import { untilAborted } from '../support/until-aborted.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

const once = { retry: { maximumAttempts: 1 } };

describe('onFinish', () => {
  test('gets the outcome of a completed run, and the decoded result of each of its nodes', async () => {
    const finished: unknown[] = [];
    const definition = workflow('release', {}, ({ task, map, onFinish }) => {
      const build = task('build', { output: isoDate, run: () => new Date(0) });
      const scan = task('scan', { when: () => false, run: () => 'report' });
      task('mail', { needs: { scan }, run: () => 'sent' });
      map('smoke', { needs: { build }, over: () => ['eu', 'us'], run: (region) => region });
      onFinish('notify', { run: (run) => void finished.push(run) });
    });
    await using engine = await connectEngine();
    const run = await engine.start(definition);
    await withWorker(engine, [definition], () => run.result());
    expect(finished).toEqual([
      {
        outcome: 'completed',
        tasks: {
          build: { status: 'succeeded', output: new Date(0) },
          scan: { status: 'skipped' },
          mail: { status: 'skipped' },
          smoke: { status: 'succeeded', output: ['eu', 'us'] },
        },
      },
    ]);
    expect(taskOf(await run.status(), 'notify')).toMatchObject({ kind: 'finish', state: 'succeeded' });
  });

  test('runs after a failure, when the compensations have ended, and gets the error', async () => {
    const log: unknown[] = [];
    const definition = workflow('release', {}, ({ task, resource, onFinish }) => {
      const db = resource('db', { create: () => 'db', destroy: () => void log.push('destroyed') });
      const build = task('build', { needs: { db }, run: () => 'image', compensate: () => void log.push('undone') });
      const deploy = task('deploy', {
        ...once,
        needs: { build },
        run: () => {
          throw new TypeError('no quota');
        },
      });
      task('report', { needs: { deploy }, run: () => 'all is well' });
      onFinish('notify', { run: ({ outcome, tasks }) => void log.push(outcome, tasks.deploy, tasks.report) });
    });
    await using engine = await connectEngine();
    await withWorker(engine, [definition], async () => {
      await expect(engine.execute(definition)).rejects.toThrow(RunFailedError);
    });
    expect(log.slice(0, 2).sort()).toEqual(['destroyed', 'undone']);
    expect(log.slice(2)).toEqual([
      'failed',
      { status: 'failed', error: { type: 'TypeError', message: 'no quota' } },
      { status: 'upstream_failed' },
    ]);
  });

  test('runs after a cancellation, which does not reach it', async () => {
    const entered = deferred();
    const outcomes: string[] = [];
    const definition = workflow('release', {}, ({ task, onFinish }) => {
      task('build', {
        run: (_, { signal }) => {
          entered.resolve();
          return untilAborted(signal);
        },
      });
      onFinish('notify', {
        run: ({ outcome, tasks }, { signal }) =>
          void outcomes.push(outcome, tasks.build?.status ?? '', `${signal.aborted}`),
      });
    });
    await using engine = await connectEngine();
    const run = await engine.start(definition);
    await withWorker(engine, [definition], async () => {
      await entered.promise;
      await run.cancel();
      await expect(run.result()).rejects.toThrow(RunCancelledError);
    });
    expect(outcomes).toEqual(['cancelled', 'cancelled', 'false']);
  });

  test('that fails is reported, and changes nothing of the outcome under any policy', async () => {
    const definitions = (['continue', 'stop', 'cancel', 'hold'] as const).map((onFailure) =>
      workflow(`release-${onFailure}`, { onFailure }, ({ task, onFinish }) => {
        onFinish('notify', {
          ...once,
          run: () => {
            throw new Error('the mail server is down');
          },
        });
        return { build: task('build', { run: () => 'image' }) };
      }),
    );
    await using engine = await connectEngine();
    await withWorker(engine, definitions, async () => {
      for (const definition of definitions) {
        const run = await engine.start(definition);
        expect(await run.result()).toEqual({ build: 'image' });
        const snapshot = await run.status();
        expect(snapshot.status).toBe('completed');
        const error = { message: 'the mail server is down' };
        expect(taskOf(snapshot, 'notify')).toMatchObject({ state: 'failed', error });
      }
    });
  });
});
