import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { LARGEST_PAYLOAD } from '../../src/core/payload-size.js';
import type { GroupBuilder } from '../../src/define/workflow-builder.js';
import { type OrchestrationEngine, OrderRefusedError, type Run, type TaskHandle, workflow } from '../../src/index.js';
import { MemoryStorage } from '../support/memory-storage.js';
import { expectSameFromHistory } from '../support/rebuilt-from-history.js';
import { historyOf } from '../support/run-history.js';
import { executionsOf, startShort } from '../support/short-executions.js';
import { taskOf, waitForState } from '../support/snapshots.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

const MB = 1_000_000;
const once = { retry: { maximumAttempts: 1 } };

/** Each reads the input: beside it there is no room for plan and state in what continue-as-new carries. */
const FULL_INPUT = { text: 'i'.repeat(LARGEST_PAYLOAD - 1_500) };
const input = z.object({ text: z.string() });

// Each of its tasks goes in a workflow task of its own, to which the server's timer takes a second at least.
test('without a storage, a run whose history is past 16 MiB, and that can not be carried over, waits as any other, takes orders and ends', async () => {
  const definition = workflow('heavy', { input }, ({ task, approval }) => {
    for (let i = 0; i < 10; i++) task(`m${i}`, { run: (_, { input }) => input.text.length });
    const goLive = approval('go-live', {});
    return { end: task('end', { needs: { goLive }, run: () => 'end' }) };
  });
  await using engine = await connectEngine();
  const run = await engine.start(definition, FULL_INPUT);
  await withWorker(engine, [definition], async () => {
    await expect.poll(async () => (await run.status()).counts.succeeded, { timeout: 90_000, interval: 300 }).toBe(10);
    expect(await bytesOf(engine, run)).toBeGreaterThan(16 * 1024 * 1024);
    await run.approve('go-live');
    expect(await run.result()).toEqual({ end: 'end' });
  });
  expect(await executionsOf(engine, run)).toHaveLength(1);
}, 120_000);

describe('a run whose input and state fit alone, and not together,', () => {
  /** A line of tasks that begins when all values are given. */
  const definition = workflow('two-parts', { input }, (builder) => {
    givenValues(builder, 6);
    const end = builder.event('given6', { schema: z.string() });
    let last: TaskHandle<number> = builder.task('t1', { needs: { end }, run: () => 1 });
    for (let i = 2; i <= 12; i++) last = builder.task(`t${i}`, { needs: { last }, run: ({ last }) => last + 1 });
    return { last };
  });

  async function ended(options: { readonly storage?: MemoryStorage }) {
    await using engine = await connectEngine();
    const run = await startShort(engine, definition, 100, { input: { text: 'i'.repeat(1.2 * MB) } });
    await withWorker(
      engine,
      [definition],
      async () => {
        for (let i = 0; i < 7; i++) await run.send(`given${i}`, VALUE);
        expect(await run.result()).toEqual({ last: 12 });
      },
      options,
    );
    expect((await run.status()).status).toBe('completed');
    return await executionsOf(engine, run);
  }

  test('goes on where it is without a storage', async () => {
    expect(await ended({})).toHaveLength(1);
  }, 90_000);

  test('continues as new with one', async () => {
    expect((await ended({ storage: new MemoryStorage() })).length).toBeGreaterThan(1);
  }, 90_000);
});

test('without a storage, a child workflow whose input, needs and items fit alone, and not together, can not start; what needs it is told, and the run ends as any other', async () => {
  const undone: string[] = [];
  const definition = workflow('three-parts', { input }, (builder) => {
    const a = builder.task('a', { run: () => 1, compensate: () => void undone.push('a') });
    builder.map('m', {
      ...once,
      needs: { a, ...givenValues(builder, 7) },
      over: () => Array.from({ length: 1_001 }, (_, item) => String(item).padEnd(450, 'x')),
      run: () => 1,
    });
  });
  await using engine = await connectEngine();
  const run = await engine.start(definition, { text: 'i'.repeat(0.85 * MB) });
  await withWorker(engine, [definition], async () => {
    for (let i = 0; i < 7; i++) await run.send(`given${i}`, VALUE);
    await expect(run.result()).rejects.toThrow(
      /1000 of 1001 items failed: m\[0\.\.999\]: what its child workflow is given is 2\.\d\d MiB of JSON/,
    );
  });
  expect(taskOf(await run.status(), 'm')).toMatchObject({ state: 'failed' });
  expect(undone).toEqual(['a']);
  await expectSameFromHistory(engine, run as Run);
}, 60_000);

test('what an order carries is limited, and ten of the largest at once are carried out', async () => {
  const definition = workflow('many-values', {}, ({ task, event }) => {
    const needs = Object.fromEntries(
      Array.from({ length: 10 }, (_, i) => [`e${i}`, event(`e${i}`, { schema: z.string() })] as const),
    );
    return { length: task('length', { needs, run: (values) => Object.values(values).join('').length }) };
  });
  await using engine = await connectEngine();
  const run = await engine.start(definition);
  await withWorker(engine, [definition], async () => {
    await waitForState(run, 'e0', 'waiting');
    const refused = await run.send('e0', 'v'.repeat(1.6 * MB)).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(OrderRefusedError);
    expect(String(refused)).toContain('what send carries is 1563 KiB of JSON, and 128 KiB are allowed');
    const all = Array.from({ length: 10 }, (_, i) => run.send(`e${i}`, 'v'.repeat(130_000)));
    await Promise.all(all);
    expect(await run.result()).toEqual({ length: 1_300_000 });
  });
  expect((await historyOf(engine, run)).filter((event) => event.workflowTaskFailedEventAttributes)).toEqual([]);
  expect((await run.status()).audit).toHaveLength(10);
}, 60_000);

test('a reason of a megabyte is refused, and of a long one both ends are kept', async () => {
  const definition = workflow('patient', {}, ({ approval }) => void approval('go-live', {}));
  await using engine = await connectEngine();
  const run = await engine.start(definition);
  await withWorker(engine, [definition], async () => {
    await waitForState(run, 'go-live', 'waiting');
    await expect(run.pause({ reason: 'r'.repeat(MB) })).rejects.toThrow(OrderRefusedError);
    for (let i = 0; i < 4; i++) {
      const options = { actor: 'a'.repeat(50_000), reason: `first ${'r'.repeat(60_000)} last` };
      await (i % 2 === 0 ? run.pause(options) : run.resume(options));
    }
    const { audit } = await run.status();
    expect(audit.map(({ verb }) => verb)).toEqual(['pause', 'resume', 'pause', 'resume']);
    expect(JSON.stringify(audit).length).toBeLessThan(10_000);
    expect(audit[0]?.reason).toMatch(/^first r+.*r+ last$/);
    await run.terminate();
  });
  await expectSameFromHistory(engine, run as Run);
}, 60_000);

/** The largest that is given to a run while it runs, and is not stored. */
const VALUE = 'v'.repeat(125_000);

function givenValues({ event }: Pick<GroupBuilder<unknown>, 'event'>, count: number) {
  const given = (index: number) => event(`given${index}`, { schema: z.string() });
  const values = Array.from({ length: count }, (_, index) => [`given${index}`, given(index)] as const);
  return Object.fromEntries(values);
}

async function bytesOf(engine: OrchestrationEngine, run: Run<unknown>): Promise<number> {
  const { historySize = 0 } = await engine.client.workflow.getHandle(run.id).describe();
  return historySize;
}
