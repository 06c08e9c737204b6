import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { WorkflowDefinition } from '../../src/index.js';
import { NonRetryableError, type OrchestrationEngine, RunFailedError, workflow } from '../../src/index.js';
import { deferred } from '../support/deferred.js';
import { dispatchesIn, historyOf, payloadsOf } from '../support/run-history.js';
import { statesOf, taskOf } from '../support/snapshots.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

const once = { maximumAttempts: 1 };
const quickly = { initialInterval: 10, backoffCoefficient: 1 };

describe('onFailure', () => {
  /**
   * `bad` fails while `long` runs. `after` needs `bad`, `last` needs `after`; `next` needs `long` and does not depend on the failure.
   */
  function pipeline(onFailure: 'continue' | 'stop' | 'cancel') {
    const longRuns = deferred();
    const badHasFailed = deferred();
    let aborted = false;
    const definition = workflow('pipeline', { onFailure, maxConcurrentTasks: 2 }, ({ task }) => {
      const bad = task('bad', {
        retry: once,
        run: async (): Promise<string> => {
          await longRuns.promise;
          throw new Error('the disk is full');
        },
      });
      const long = task('long', {
        heartbeatTimeout: '3s',
        run: async (_, { signal }) => {
          longRuns.resolve();
          signal.addEventListener('abort', () => {
            aborted = true;
            badHasFailed.resolve();
          });
          await badHasFailed.promise;
          signal.throwIfAborted();
          return 'done';
        },
      });
      const after = task('after', { needs: { bad }, run: ({ bad }) => bad });
      const last = task('last', { needs: { after }, run: ({ after }) => after });
      const next = task('next', { needs: { long }, run: ({ long }) => `${long}, too` });
      return { last, next };
    });
    return { definition, badHasFailed, wasAborted: () => aborted };
  }

  /** The run's failure and final state; `long` goes on once `bad` has failed. */
  async function play(onFailure: 'continue' | 'stop' | 'cancel') {
    const { definition, badHasFailed, wasAborted } = pipeline(onFailure);
    await using engine = await connectEngine();
    return await withWorker(engine, [definition], async () => {
      const run = await engine.start(definition);
      if (onFailure !== 'cancel') {
        for await (const snapshot of run.watch({ interval: 50 })) {
          if (taskOf(snapshot, 'bad').state === 'failed') break;
        }
        badHasFailed.resolve();
      }
      return { failure: await failureOf(run.result()), snapshot: await run.status(), aborted: wasAborted() };
    });
  }

  test('continue runs what does not depend on the failed task', async () => {
    const { failure, snapshot } = await play('continue');
    expect(statesOf(snapshot)).toEqual({
      bad: 'failed',
      long: 'succeeded',
      after: 'upstream_failed',
      next: 'succeeded',
      last: 'upstream_failed',
    });
    expect(snapshot.status).toBe('failed');
    expect(failure.message).toBe(
      "1 of 5 tasks failed. 'bad' failed after 1 attempt: the disk is full. Not run because of it: 'after', 'last'",
    );
    expect(failure.details).toEqual({
      failed: [{ task: 'bad', type: 'Error', message: 'the disk is full', attempts: 1 }],
      failedCount: 1,
      notRun: ['after', 'last'],
      notRunCount: 2,
    });
  });

  test('stop lets what runs finish, and starts nothing new', async () => {
    const { failure, snapshot, aborted } = await play('stop');
    expect(statesOf(snapshot)).toEqual({
      bad: 'failed',
      long: 'succeeded',
      after: 'upstream_failed',
      next: 'cancelled',
      last: 'upstream_failed',
    });
    expect(aborted).toBe(false);
    expect(taskOf(snapshot, 'next').cause).toMatchObject({ message: "stopped because 'bad' failed", root: 'bad' });
    expect(failure.details?.notRun).toEqual(['after', 'next', 'last']);
  });

  test('cancel aborts what runs as well', async () => {
    const { failure, snapshot, aborted } = await play('cancel');
    expect(statesOf(snapshot)).toEqual({
      bad: 'failed',
      long: 'cancelled',
      after: 'upstream_failed',
      next: 'cancelled',
      last: 'upstream_failed',
    });
    expect(aborted).toBe(true);
    expect(snapshot.status).toBe('failed');
    expect(failure.details?.failed.map(({ task }) => task)).toEqual(['bad']);
    expect(failure.details?.notRun).toEqual(['after', 'next', 'last']);
  });

  test('every failed task is named, and each chain of causes leads to its root', async () => {
    const definition = workflow('twice', {}, ({ task }) => {
      const fail = (message: string) => (): string => {
        throw new NonRetryableError(message);
      };
      const lint = task('lint', { run: fail('4 problems') });
      const unit = task('unit', { run: fail('2 tests failed') });
      const pack = task('pack', { needs: { unit }, run: ({ unit }) => unit });
      return { deploy: task('deploy', { needs: { pack, lint }, run: ({ pack }) => pack }) };
    });
    await using engine = await connectEngine();
    const { failure, snapshot } = await fail(engine, definition);
    expect(failure.message).toContain(
      "2 of 4 tasks failed. 'unit' failed after 1 attempt: 2 tests failed. 'lint' failed",
    );
    expect(failure.details?.failed.map(({ task }) => task)).toEqual(['unit', 'lint']);
    expect(taskOf(snapshot, 'pack').cause).toEqual({
      kind: 'upstream',
      message: "because 'unit' failed",
      root: 'unit',
      from: 'unit',
    });
    const { cause } = taskOf(snapshot, 'deploy');
    expect([cause?.root, cause?.from]).toEqual(expect.arrayContaining([cause?.from === 'pack' ? 'unit' : 'lint']));
  });
});

describe('retries', () => {
  test('go up to maximumAttempts, and no further', async () => {
    const attempts: number[] = [];
    const definition = oneTask({ retry: { ...quickly, maximumAttempts: 4 } }, (attempt) => {
      attempts.push(attempt);
      throw new Error(`attempt ${attempt}`);
    });
    await using engine = await connectEngine();
    const { failure, snapshot } = await fail(engine, definition);
    expect(attempts).toEqual([1, 2, 3, 4]);
    expect(failure.message).toContain("'only' failed after 4 attempts: attempt 4");
    expect(taskOf(snapshot, 'only')).toMatchObject({ attempts: 4, error: { message: 'attempt 4' } });
  });

  test('end with the first success', async () => {
    const definition = oneTask({ retry: { ...quickly, maximumAttempts: 4 } }, (attempt) => {
      if (attempt < 3) throw new Error('not yet');
      return attempt;
    });
    await using engine = await connectEngine();
    await withWorker(engine, [definition], async () => {
      const run = await engine.start(definition);
      expect(await run.result()).toEqual({ only: 3 });
      expect(taskOf(await run.status(), 'only')).toMatchObject({ state: 'succeeded', attempts: 3, error: undefined });
    });
  });

  test.each<[what: string, error: () => Error, type: string]>([
    ['a NonRetryableError', () => new NonRetryableError('no such account'), 'NonRetryableError'],
    ['an error of a class that extends it', () => new QuotaError('no such account'), 'QuotaError'],
    ['an error of zod', () => z.string().safeParse(1).error ?? new Error('valid'), 'ZodError'],
    ['a non-retryable ApplicationFailure', () => ApplicationFailure.nonRetryable('gone', 'Gone'), 'Gone'],
  ])('are not made of %s', async (_, error, type) => {
    const definition = oneTask({}, () => {
      throw error();
    });
    await using engine = await connectEngine();
    const { failure } = await fail(engine, definition);
    expect(failure.details?.failed).toMatchObject([{ task: 'only', type, attempts: 1 }]);
  });

  test('are not made of a type in nonRetryableErrorTypes', async () => {
    const definition = oneTask({ retry: { nonRetryableErrorTypes: ['TypeError'] } }, () => {
      throw new TypeError('not a function');
    });
    await using engine = await connectEngine();
    const { failure } = await fail(engine, definition);
    expect(failure.details?.failed).toMatchObject([{ type: 'TypeError', attempts: 1 }]);
  });
});

test('type, message, stack and cause of an error are kept', async () => {
  class DeployError extends Error {
    override name = 'DeployError';
  }
  const definition = oneTask({ retry: once }, function deployToRegion() {
    throw new DeployError('region eu failed', { cause: new RangeError('quota 0') });
  });
  await using engine = await connectEngine();
  await withWorker(engine, [definition], async () => {
    const run = await engine.start(definition);
    const failure = await failureOf(run.result());

    // In the run's failure, as any Temporal client reads it,
    const activity = (failure.cause as Error).cause;
    expect(activity).toBeInstanceOf(ActivityFailure);
    const kept = (activity as Error).cause as ApplicationFailure;
    expect(kept).toMatchObject({
      type: 'DeployError',
      message: 'region eu failed',
      cause: { message: 'quota 0', type: 'RangeError' },
    });
    expect(kept.stack).toContain('deployToRegion');

    // in the task's own event in history,
    const event = (await historyOf(engine, run)).find(({ activityTaskFailedEventAttributes: failed }) => failed);
    const recorded = await payloadsOf(engine).failure(event?.activityTaskFailedEventAttributes?.failure);
    expect(recorded).toMatchObject({ type: 'DeployError', message: 'region eu failed', cause: { message: 'quota 0' } });

    // and in the snapshot.
    const { error } = taskOf(await run.status(), 'only');
    expect(error).toMatchObject({ type: 'DeployError', message: 'region eu failed' });
    expect(error?.stack).toContain('deployToRegion');
  });
});

test('what is thrown may be anything', async () => {
  const definition = oneTask({ retry: once }, () => {
    throw 'just a string';
  });
  await using engine = await connectEngine();
  const { failure } = await fail(engine, definition);
  expect(failure.message).toContain("'only' failed after 1 attempt: just a string");
});

describe('timeouts', () => {
  const forever = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

  test('startToCloseTimeout ends an attempt, aborts its signal, and is named', async () => {
    const aborts: number[] = [];
    const definition = workflow('slow', {}, ({ task }) => {
      const only = task('only', {
        startToCloseTimeout: '1s',
        heartbeatTimeout: '1s',
        retry: { ...quickly, maximumAttempts: 2 },
        run: async (_, { signal, attempt }) => {
          await forever(signal).catch(() => aborts.push(attempt));
          return null;
        },
      });
      return { only };
    });
    await using engine = await connectEngine();
    const { failure, snapshot } = await fail(engine, definition);
    const message = 'an attempt took longer than startToCloseTimeout';
    expect(failure.details?.failed).toEqual([
      { task: 'only', type: 'TIMEOUT_START_TO_CLOSE', message: expect.stringContaining(message), attempts: 2 },
    ]);
    expect(taskOf(snapshot, 'only')).toMatchObject({ state: 'failed', attempts: 2 });
    expect(aborts).toContain(1);
  });

  test('scheduleToCloseTimeout covers all attempts and the wait for a worker, and is named', async () => {
    const definition = workflow('late', {}, ({ task }) => {
      return { only: task('only', { scheduleToCloseTimeout: '1s', taskQueue: 'nobody-polls-this', run: () => null }) };
    });
    await using engine = await connectEngine();
    const { failure, snapshot } = await fail(engine, definition);
    expect(failure.message).toContain('it was not done within scheduleToCloseTimeout');
    expect(taskOf(snapshot, 'only').state).toBe('failed');
  });
});

test('a run with a failed task is Failed in Temporal too, and its failure has the type RunFailed', async () => {
  const definition = oneTask({ retry: once }, () => {
    throw new Error('no');
  });
  await using engine = await connectEngine();
  await withWorker(engine, [definition], async () => {
    const run = await engine.start(definition);
    await failureOf(run.result());
    const { status } = await engine.client.workflow.getHandle(run.id).describe();
    expect(status.name).toBe('FAILED');
    const history = await historyOf(engine, run);
    expect(dispatchesIn(history).size).toBe(1);
    const failure = history.at(-1)?.workflowExecutionFailedEventAttributes?.failure;
    expect(failure?.applicationFailureInfo?.type).toBe('RunFailed');
  });
});

class QuotaError extends NonRetryableError {}

function oneTask(options: { retry?: object }, run: (attempt: number) => number) {
  return workflow('one-task', {}, ({ task }) => ({
    only: task('only', { ...options, run: (_, { attempt }) => run(attempt) }),
  }));
}

async function fail(engine: OrchestrationEngine, definition: WorkflowDefinition) {
  return withWorker(engine, [definition], async () => {
    const run = await engine.start(definition);
    return { failure: await failureOf(run.result()), snapshot: await run.status() };
  });
}

async function failureOf(result: Promise<unknown>): Promise<RunFailedError> {
  const error = await result.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(RunFailedError);
  return error as RunFailedError;
}
