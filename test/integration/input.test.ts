import { randomUUID } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { PROTOCOL } from '../../src/core/protocol.js';
import { compile, InvalidInputError, type OrchestrationEngine, RunFailedError, workflow } from '../../src/index.js';
import { isoDate } from '../support/iso-date.js';
import { dispatchesIn, historyOf } from '../support/run-history.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

const release = workflow(
  'release',
  { input: z.object({ dir: z.string(), ref: z.string().default('main'), tags: z.array(z.string()).default([]) }) },
  ({ task }) => ({ build: task('build', { run: (_, { input }) => `${input.dir}@${input.ref}` }) }),
);
const nightly = workflow('nightly', {}, ({ task }) => ({
  build: task('build', { run: (_, { input }) => (input === undefined ? 'no input' : 'an input') }),
}));

describe('a wrong input', () => {
  test('is refused by the client before anything is started', async () => {
    await using engine = await connectEngine();
    const workflowId = `release-${randomUUID()}`;
    // biome-ignore lint/suspicious/noExplicitAny: what a caller without types may pass
    const wrong: any = { dir: 7, tags: ['a', null] };
    const started = engine.start(release, wrong, { workflowId });
    await expect(started).rejects.toThrow(InvalidInputError);
    await expect(started).rejects.toThrow(/^workflow 'release': input\.dir: .*; input\.tags\[1\]: /);
    await expect(engine.run(workflowId).status()).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  test('fails a run that was started by name, with the path in its message and nothing run', async () => {
    await using engine = await connectEngine();
    await withWorker(engine, [release], async () => {
      // biome-ignore lint/suspicious/noExplicitAny: what a caller without types may pass
      const run = await engine.start<typeof release>('release', { dir: 7 } as any);
      await expect(run.result()).rejects.toThrow(InvalidInputError);
      await expect(run.result()).rejects.toThrow(/input\.dir: Invalid input/);
      const history = await historyOf(engine, run);
      const failure = history.at(-1)?.workflowExecutionFailedEventAttributes?.failure;
      expect(failure?.applicationFailureInfo?.type).toBe('InvalidInput');
      expect(dispatchesIn(history).size).toBe(0);
      expect(await run.status()).toMatchObject({ status: 'failed', tasks: [] });
    });
  });

  test.each<[what: string, args: unknown[]]>([
    ['no input', []],
    ['null', [null]],
    ['an array', [['here']]],
  ])('fails a run that Temporal alone has started with %s', async (_, args) => {
    await using engine = await connectEngine();
    await withWorker(engine, [release], async () => {
      const run = await startBare(engine, 'release', args);
      await expect(run.result()).rejects.toThrow(InvalidInputError);
    });
  });
});

describe('a workflow without an input schema', () => {
  test('is started without an input, in all ways', async () => {
    await using engine = await connectEngine();
    await withWorker(engine, [nightly], async () => {
      expect(await engine.execute(nightly)).toEqual({ build: 'no input' });
      expect(await engine.execute<typeof nightly>('nightly')).toEqual({ build: 'no input' });
      expect(await (await startBare(engine, 'nightly', [])).result()).toEqual({ build: 'no input' });
      expect(await (await startBare(engine, 'nightly', [null])).result()).toEqual({ build: 'no input' });
    });
  });

  test('refuses one that it gets all the same', async () => {
    await using engine = await connectEngine();
    await expect(engine.start(nightly, { dir: 'here' } as never)).rejects.toThrow(/takes no input/);
    await withWorker(engine, [nightly], async () => {
      const run = await startBare(engine, 'nightly', [{ dir: 'here' }]);
      await expect(run.result()).rejects.toThrow(/input: workflow 'nightly' takes no input/);
    });
  });
});

describe('defaults', () => {
  const stamped = workflow(
    'stamped',
    {
      input: z
        .object({ id: z.string().default(() => randomUUID()), ref: z.string().default('main') })
        .default({ id: 'whole', ref: 'x' }),
    },
    ({ task }) => {
      const one = task('one', { run: (_, { input }) => input });
      const two = task('two', { needs: { one }, run: (_, { input }) => input });
      return { one, two };
    },
  );

  test('are filled in once for the run: a default that is a function gives all tasks the same value', async () => {
    await using engine = await connectEngine();
    await withWorker(engine, [stamped], async () => {
      const { one, two } = await engine.execute(stamped, {});
      expect(one.id).toMatch(/^[0-9a-f-]{36}$/);
      expect(two).toEqual(one);
      const byName = await engine.execute<typeof stamped>('stamped', { ref: 'next' });
      expect(byName.one.ref).toBe('next');
      expect(byName.two).toEqual(byName.one);
    });
  });

  test('may stand for the whole input', async () => {
    await using engine = await connectEngine();
    await withWorker(engine, [stamped], async () => {
      expect((await engine.execute(stamped, undefined)).one).toEqual({ id: 'whole', ref: 'x' });
      expect(await (await startBare(engine, 'stamped', [])).result()).toMatchObject({ two: { id: 'whole' } });
    });
  });
});

describe('codecs', () => {
  const calendar = workflow('calendar', { input: z.object({ from: isoDate }) }, ({ task }) => {
    const next = task('next', {
      output: z.object({ day: isoDate }),
      run: (_, { input }) => ({ day: new Date(input.from.getTime() + 86_400_000) }),
    });
    const year = task('year', { needs: { next }, run: ({ next }) => next.day.getUTCFullYear() });
    return { next, year };
  });

  test('carry a Date in the input, between tasks, and to the caller; in Temporal it is a string', async () => {
    await using engine = await connectEngine();
    await withWorker(engine, [calendar], async () => {
      const run = await engine.start(calendar, { from: '2024-12-31T12:00:00.000Z' });
      expect(await run.result()).toEqual({ next: { day: new Date('2025-01-01T12:00:00.000Z') }, year: 2025 });
      const bare = await engine.client.workflow.getHandle(run.id).result();
      expect(bare).toEqual({ next: { day: '2025-01-01T12:00:00.000Z' }, year: 2025 });
      expect(await engine.run<typeof calendar>(run.id).result()).toEqual(bare);
    });
  });

  test('say what does not decode', async () => {
    await using engine = await connectEngine();
    await expect(engine.start(calendar, { from: 'tomorrow' })).rejects.toThrow(/input\.from: Invalid ISO datetime/);
  });
});

describe('a plan in the arguments', () => {
  const plan = compile(nightly);

  test.each<[what: string, envelope: unknown, message: RegExp]>([
    [
      'that is malformed',
      { protocol: PROTOCOL, plan: { ...plan, tasks: [{ id: 'build' }] } },
      /plan\.tasks\[0\]\.kind: expected/,
    ],
    ['whose needs come later', { protocol: PROTOCOL, plan: withNeeds([1]) }, /plan\.tasks\[0\]\.needs\[0\]: expected/],
    ['of another workflow', { protocol: PROTOCOL, plan: { ...plan, workflow: 'daily' } }, /it is the plan of 'daily'/],
    ['that is no envelope', 'now', /the second argument must be { protocol, plan\? }/],
  ])('%s fails the run with a message', async (_, envelope, message) => {
    await using engine = await connectEngine();
    await withWorker(engine, [nightly], async () => {
      const run = await startBare(engine, 'nightly', [null, envelope]);
      const error = await run.result().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(RunFailedError);
      expect(error).toMatchObject({ message: expect.stringMatching(message), cause: { type: 'MalformedPlan' } });
      expect(await run.status()).toMatchObject({ status: 'failed', tasks: [] });
    });
  });

  test('of a newer protocol fails only the workflow task: the run stays open, and says what it waits for', async () => {
    await using engine = await connectEngine();
    await withWorker(engine, [nightly], async () => {
      const run = await startBare(engine, 'nightly', [null, { protocol: PROTOCOL + 1, plan }]);
      const said = `the run was started with protocol ${PROTOCOL + 1}, this worker knows ${PROTOCOL}`;
      await vi.waitFor(async () => expect((await run.status()).problem).toContain(said), {
        timeout: 20_000,
        interval: 200,
      });
      expect((await run.status()).status).toBe('running');
      const failed = (await historyOf(engine, run)).find((event) => event.workflowTaskFailedEventAttributes);
      expect(failed?.workflowTaskFailedEventAttributes?.failure?.message).toContain(said);
      const { ok, problems } = await engine.health();
      expect(ok).toBe(false);
      expect(problems).toMatchObject([{ workflowId: run.id, workflow: 'nightly' }]);
      await run.terminate('the test is over');
    });
  });

  function withNeeds(needs: number[]) {
    return { ...plan, tasks: plan.tasks.map((task) => ({ ...task, needs })) };
  }
});

/** As a client without Pawl starts it: with these arguments and nothing else. */
async function startBare(engine: OrchestrationEngine, type: string, args: unknown[]) {
  const workflowId = `${type}-${randomUUID()}`;
  await engine.client.workflow.start(type, { args, workflowId, taskQueue: engine.taskQueue });
  return engine.run(workflowId);
}
