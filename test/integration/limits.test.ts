import { once as firstEvent } from 'node:events';
import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { FailureType } from '../../src/core/protocol.js';
import { type RunFailedError, type TaskHandle, type WorkflowDefinition, workflow } from '../../src/index.js';
import { dispatchesIn, historyOf } from '../support/run-history.js';
import { statesOf, taskOf } from '../support/snapshots.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

const MIB = 1024 * 1024;
/** What Temporal takes in one gRPC message, in bytes. */
const GRPC_MESSAGE = 4 * MIB;

const once = { retry: { maximumAttempts: 1 } };

test('a layer of tasks whose arguments together exceed a gRPC message is dispatched in parts', async () => {
  const width = 120;
  const definition = workflow('two-layers', {}, ({ task }) => {
    const producers: Record<string, TaskHandle<number>> = {};
    for (let i = 0; i < width; i++) {
      const id = `producer${i}-`.padEnd(100, 'x');
      producers[id] = task(id, { run: () => 1 });
    }
    for (let i = 0; i < width; i++) task(`consumer${i}`, { needs: producers, run: (ones) => Object.keys(ones).length });
  });
  await using engine = await connectEngine();
  await withWorker(engine, [definition], async () => {
    const run = await engine.start(definition);
    await run.result();
    const snapshot = await run.status();
    expect(new Set(Object.values(statesOf(snapshot)))).toEqual(new Set(['succeeded']));
    const dispatches = dispatchesIn(await historyOf(engine, run));
    const bytes = [...dispatches.values()].flatMap(({ input }) =>
      input?.payloads?.map(({ data }) => data?.length ?? 0),
    );
    expect(bytes.reduce<number>((sum, size) => sum + (size ?? 0), 0)).toBeGreaterThan(GRPC_MESSAGE);
  });
});

/** Up to 8 KiB, in bytes: what travels itself of a task that few need. */
const TEXT = 't'.repeat(8_000);

/** One output under many names. */
function copiesOf(text: TaskHandle<string>, count: number): Record<string, TaskHandle<string>> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`copy${index}`, text]));
}

const input = z.object({ text: z.string() });
const LARGE_INPUT = { text: 'i'.repeat(1.5 * MIB) };

describe('without a storage, a task whose needs and input are together more than a payload holds', () => {
  const definition = workflow('too-much', { input }, ({ task }) => {
    const image = task('image', { run: () => TEXT });
    const deploy = task('deploy', { needs: copiesOf(image, 60), run: () => 'deployed' });
    task('smokeTest', { needs: { deploy }, run: () => 'works' });
    task('publish', { needs: { image }, run: ({ image }) => image.length });
    task('notify', { run: () => 'told' });
  });

  test('fails, names the largest with their sizes, and lets run what does not depend on it', async () => {
    const { error, snapshot } = await fail(definition, LARGE_INPUT);
    const { message, details } = error as RunFailedError;
    expect(message).toContain("1 of 5 tasks failed. 'deploy' could not start: what it needs is");
    expect(message).toContain("Not run because of it: 'smokeTest'");
    expect(details).toMatchObject({ failed: [{ task: 'deploy', type: 'TooLarge' }], failedCount: 1, notRunCount: 1 });
    expect(snapshot.status).toBe('failed');
    expect(statesOf(snapshot)).toEqual({
      image: 'succeeded',
      deploy: 'failed',
      smokeTest: 'upstream_failed',
      publish: 'succeeded',
      notify: 'succeeded',
    });
    const { error: cause } = taskOf(snapshot, 'deploy');
    expect(cause?.type).toBe('TooLarge');
    expect(cause?.message).toMatch(/^what it needs is 1\.9\d MiB of JSON, and Temporal takes 2 MiB; the largest: /);
    expect(cause?.message).toContain("'the run's input' 1.50 MiB");
    expect(cause?.message).toContain("'copy0' 0.01 MiB");
  });

  test('with onFailure cancel cancels those that start in the same moment', async () => {
    const definition = workflow('too-much-beside', { input, onFailure: 'cancel' }, ({ task }) => {
      const image = task('image', { run: () => TEXT });
      task('deploy', { needs: copiesOf(image, 60), run: () => 'deployed' });
      task('scan', {
        ...once,
        needs: { image },
        heartbeatTimeout: '1s', // so that its cancellation arrives soon
        startToCloseTimeout: '5s',
        run: async (_, { signal }) => {
          await firstEvent(signal, 'abort');
          signal.throwIfAborted();
        },
      });
    });
    const { error, snapshot, history } = await fail(definition, LARGE_INPUT);
    expect(statesOf(snapshot)).toEqual({ image: 'succeeded', deploy: 'failed', scan: 'cancelled' });
    expect((error as RunFailedError).details?.failed.map(({ task }) => task)).toEqual(['deploy']);
    expect(history.some((event) => event.activityTaskTimedOutEventAttributes)).toBe(false);
  });
});

test('without a storage, a run whose outputs together are more than a payload holds fails and names them', async () => {
  const definition = workflow('big-result', {}, ({ task }) => copiesOf(task('image', { run: () => TEXT }), 300));
  const { error, snapshot, temporalStatus } = await fail(definition);
  expect(temporalStatus).toBe('FAILED');
  expect(error).toMatchObject({ code: 'RUN_FAILED', cause: { type: 'TooLarge' } });
  expect((error as Error).message).toContain(
    "the run's result is 2.29 MiB of JSON, and Temporal takes 2 MiB; the largest: 'copy0' 0.01 MiB",
  );
  expect(snapshot.status).toBe('failed');
  expect(statesOf(snapshot)).toEqual({ image: 'succeeded' });
});

test('without a storage, an output that is too large fails its task at once and says what to do', async () => {
  let entered = 0;
  const definition = workflow('big-output', {}, ({ task }) => {
    task('image', {
      run: () => {
        entered++;
        return 'i'.repeat(5 * MIB);
      },
    });
  });
  const { snapshot } = await fail(definition);
  expect(entered).toBe(1);
  const { state, attempts, error } = taskOf(snapshot, 'image');
  expect({ state, attempts, type: error?.type }).toEqual({ state: 'failed', attempts: 1, type: FailureType.noStorage });
  expect(error?.message).toContain('it is 5.00 MiB of JSON; of this task up to 8.00 KiB travel');
  expect(error?.message).toContain('give `storage` to createWorker');
});

test('of an error with a message of megabytes the type, the beginning and the end are kept', async () => {
  const definition = workflow('big-error', {}, ({ task }) => {
    task('compile', {
      ...once,
      run: () => {
        throw new SyntaxError(`first line ${'.'.repeat(3 * MIB)} last line`);
      },
    });
  });
  const { error, snapshot } = await fail(definition);
  const kept = rootOf(error as Error);
  expect(kept).toBeInstanceOf(ApplicationFailure);
  expect(kept).toMatchObject({
    type: 'SyntaxError',
    message: expect.stringMatching(/^first line \.+ … \(\d+ more characters\) … \.+ last line$/),
  });
  expect(kept.message.slice(0, 5_000)).toMatch(/^first line \.+$/);
  expect(kept.message.slice(-5_000)).toMatch(/^\.+ last line$/);
  const { details, message } = error as RunFailedError;
  expect(message).toMatch(/'compile' failed after 1 attempt: first line .* last line/);
  expect(details?.failed).toMatchObject([{ task: 'compile', type: 'SyntaxError', attempts: 1 }]);
  expect(taskOf(snapshot, 'compile').error).toMatchObject({
    type: 'SyntaxError',
    message: expect.stringContaining('first line'),
  });
});

describe('a handler that throws what has no message fails its task and shows what was thrown:', () => {
  const circular: Record<string, unknown> = { code: 1 };
  circular.self = circular;

  test.each<[name: string, thrown: unknown, told: string]>([
    ['undefined', undefined, 'the handler threw undefined, which is not an Error'],
    ['null', null, 'the handler threw null, which is not an Error'],
    ['an object', { code: 1 }, 'the handler threw { code: 1 }, which is not an Error'],
    [
      'a circular object',
      circular,
      'the handler threw <ref *1> { code: 1, self: [Circular *1] }, which is not an Error',
    ],
  ])('%s', async (_, thrown, told) => {
    const definition = workflow('odd-throw', {}, ({ task }) => {
      task('odd', {
        ...once,
        run: () => {
          throw thrown;
        },
      });
    });
    const { error, snapshot } = await fail(definition);
    expect((error as Error).message).toContain(`1 of 1 task failed. 'odd' failed after 1 attempt: ${told}`);
    expect(snapshot.status).toBe('failed');
    expect(taskOf(snapshot, 'odd')).toMatchObject({
      state: 'failed',
      error: { message: expect.stringContaining(told) },
    });
  });
});

/** How a run ended that fails. */
async function fail(definition: WorkflowDefinition, given?: unknown) {
  await using engine = await connectEngine();
  return await withWorker(engine, [definition], async () => {
    const run = await engine.start(definition, given as object); // what the definition takes
    const error: unknown = await run.result().then(
      () => {
        throw new Error('the run has completed');
      },
      (thrown: unknown) => thrown,
    );
    const { status } = await engine.client.workflow.getHandle(run.id).describe();
    return { error, snapshot: await run.status(), temporalStatus: status.name, history: await historyOf(engine, run) };
  });
}

/** The last of a chain of causes. */
function rootOf(error: Error): Error {
  return error.cause instanceof Error ? rootOf(error.cause) : error;
}
