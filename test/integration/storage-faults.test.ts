import { describe, expect, test } from 'vitest';
import { type OrchestrationEngine, type Run, StorageNotConfiguredError, workflow } from '../../src/index.js';
import { MemoryStorage } from '../support/memory-storage.js';
import { historyOf } from '../support/run-history.js';
import { taskOf, waitForState } from '../support/snapshots.js';
import { MEBIBYTE, text } from '../support/stored-runs.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

/** Counts how often its handlers are called. */
function passing() {
  const calls = { make: 0, read: 0 };
  const definition = workflow('passing', {}, ({ task }) => {
    const make = task('make', {
      retry: { maximumAttempts: 2, initialInterval: 1 },
      heartbeatTimeout: '1s',
      run: () => {
        calls.make++;
        return text(MEBIBYTE);
      },
    });
    const read = task('read', {
      needs: { make },
      retry: { maximumAttempts: 3, initialInterval: 1 },
      heartbeatTimeout: '1s',
      run: ({ make }) => {
        calls.read++;
        return make.length;
      },
    });
    return { read };
  });
  return { calls, definition };
}

/** A worker that keeps nothing in memory, and a storage to make trouble with. */
async function withFaults<T>(
  use: (given: ReturnType<typeof passing> & { engine: OrchestrationEngine; storage: MemoryStorage }) => Promise<T>,
): Promise<T> {
  const storage = new MemoryStorage();
  const given = passing();
  await using engine = await connectEngine(undefined, { storage });
  const options = { storage, storageCacheBytes: 0 };
  return await withWorker(engine, [given.definition], () => use({ ...given, engine, storage }), options);
}

async function failureOf(run: Run<unknown>): Promise<Error> {
  return run.result().then(
    () => expect.fail('the run has completed'),
    (error: Error) => error,
  );
}

const away = () => {
  throw new Error('the storage is away');
};

/** Throws the first times. */
function awayFor(times: number): () => void {
  let left = times;
  return () => {
    if (left-- > 0) away();
  };
}

describe('a storage that', () => {
  test('fails for a moment costs no attempt: no handler is called again', async () => {
    await withFaults(async ({ engine, storage, definition, calls }) => {
      storage.beforeStore = awayFor(2);
      storage.beforeRetrieve = awayFor(2);
      expect(await engine.execute(definition)).toEqual({ read: MEBIBYTE - 2 });
      expect(calls).toEqual({ make: 1, read: 1 });
    });
  });

  test('can not store for long uses up the attempts, and the error names it', async () => {
    await withFaults(async ({ engine, storage, definition, calls }) => {
      storage.beforeStore = away;
      const run = await engine.start(definition);
      expect((await failureOf(run)).message).toContain(
        "'make' failed after 2 attempts: the storage 'memory' could not store it: the storage is away",
      );
      expect(calls).toEqual({ make: 2, read: 0 });
    });
  });

  test('can not be read for long uses up the attempts of what needs it, and the error names it', async () => {
    await withFaults(async ({ engine, storage, definition, calls }) => {
      storage.beforeRetrieve = away;
      const run = await engine.start(definition);
      expect((await failureOf(run)).message).toContain(
        "'read' failed after 3 attempts: the storage 'memory' could not retrieve it: the storage is away",
      );
      expect(calls).toEqual({ make: 1, read: 0 });
    });
  });

  test('takes longer than the heartbeat timeout is waited for', async () => {
    await withFaults(async ({ engine, storage, definition, calls }) => {
      const slowly = () => new Promise((resolve) => setTimeout(resolve, 2_000));
      storage.beforeStore = slowly;
      storage.beforeRetrieve = slowly;
      const run = await engine.start(definition);
      expect(await run.result()).toEqual({ read: MEBIBYTE - 2 });
      expect(calls).toEqual({ make: 1, read: 1 });
      expect((await historyOf(engine, run)).some((event) => event.activityTaskTimedOutEventAttributes)).toBe(false);
    });
  });

  test.each<[string, string, (storage: MemoryStorage) => void]>([
    ['has lost what was stored', 'OutputGone', ({ objects }) => objects.clear()],
    [
      'gives other bytes than those stored',
      'OutputDamaged',
      ({ objects }) => {
        for (const [key, payload] of objects) objects.set(key, { ...payload, data: Buffer.from('"other"') });
      },
    ],
  ])('%s fails at once what needs it; the error says what to run again, and that helps', async (_, type, damage) => {
    await withFaults(async ({ engine, storage, definition, calls }) => {
      storage.beforeRetrieve = () => damage(storage);
      const run = await engine.start(definition);
      const { message } = await failureOf(run);
      expect(message).toContain("'read' failed after 1 attempt: needs.make:");
      expect(message).toContain(`run 'make' again: engine.rerun(workflowId, { from: ['make'] })`);
      expect(taskOf(await run.status(), 'read').error?.type).toBe(type);
      expect(calls).toEqual({ make: 1, read: 0 });

      storage.beforeRetrieve = () => {};
      const again = await engine.rerun(run.id, { from: ['make'] });
      expect(await again.result()).toEqual({ read: MEBIBYTE - 2 });
      expect(calls).toEqual({ make: 2, read: 1 });
    });
  });
});

test('without a storage a task whose output is too large fails at once: the error has its size, the limit and the setting', async () => {
  const { definition, calls } = passing();
  await using engine = await connectEngine();
  await withWorker(engine, [definition], async () => {
    const run = await engine.start(definition);
    const { message } = await failureOf(run);
    expect(message).toContain('it is 1.00 MiB of JSON; of this task up to 8.00 KiB travel');
    expect(message).toContain('give `storage` to createWorker');
    expect(calls).toEqual({ make: 1, read: 0 });
  });
});

test('without a storage a list of items may be as large as a payload, and what is larger fails at once with the setting', async () => {
  const lists = (bytes: number) =>
    workflow('list', {}, ({ map }) => ({
      m: map('m', { over: () => [text(bytes / 2), text(bytes / 2)], run: (item) => item.length }),
    }));
  await using engine = await connectEngine();
  await withWorker(engine, [lists(MEBIBYTE)], async () => {
    expect(await engine.execute(lists(MEBIBYTE))).toEqual({ m: [MEBIBYTE / 2 - 2, MEBIBYTE / 2 - 2] });
  });
  await withWorker(engine, [lists(3 * MEBIBYTE)], async () => {
    const { message } = await failureOf(await engine.start(lists(3 * MEBIBYTE)));
    expect(message).toContain('give `storage` to createWorker');
  });
});

test('a reader that has another storage than the one that stored is told which it lacks', async () => {
  const { definition } = passing();
  const storage = new MemoryStorage('theirs');
  await using engine = await connectEngine(undefined, { storage });
  await using other = await connectEngine(engine.taskQueue, { storage: new MemoryStorage('ours') });
  await withWorker(
    engine,
    [definition],
    async () => {
      const run = await engine.start(definition);
      await run.result();
      const error = await other
        .run(run.id)
        .output('make')
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(StorageNotConfiguredError);
      expect(String(error)).toContain("there is no storage 'theirs' here");
    },
    { storage },
  );
});

test('a worker that stores elsewhere reads what an earlier one stored, as long as it is given that storage, too', async () => {
  const definition = workflow('moving', {}, ({ task, approval }) => {
    const make = task('make', { run: () => text(MEBIBYTE) });
    const go = approval('go', { needs: { make } });
    return { copy: task('copy', { needs: { make, go }, run: ({ make }) => make }) };
  });
  const [old, recent] = [new MemoryStorage('old'), new MemoryStorage('recent')];
  await using engine = await connectEngine(undefined, { storage: [recent, old] });
  const run = await engine.start(definition);
  await withWorker(engine, [definition], () => waitForState(run, 'go', 'waiting'), { storage: old });
  const storage = [recent, old];
  await withWorker(engine, [definition], () => run.approve('go').then(() => run.result()), { storage });
  const status = await run.status();
  expect([taskOf(status, 'make').output?.storage, taskOf(status, 'copy').output?.storage]).toEqual(['old', 'recent']);
  expect(await run.output('make')).toBe(text(MEBIBYTE));
});
