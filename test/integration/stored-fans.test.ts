import { temporal } from '@temporalio/proto';
import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  type OrchestrationEngine,
  type Run,
  settled,
  type TaskHandle,
  type TaskResult,
  workflow,
} from '../../src/index.js';
import { historyOf } from '../support/run-history.js';
import { statesOf, taskOf } from '../support/snapshots.js';
import { KIBIBYTE, MEBIBYTE, text, withStorage } from '../support/stored-runs.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

const FORCED_TO_CLOSE = temporal.api.enums.v1.WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_FORCE_CLOSE_COMMAND;
const once = { retry: { maximumAttempts: 1 } };
const handles = <T>(count: number, make: (index: number) => TaskHandle<T>) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, make(index)]));

/** Why Temporal did not take what a workflow task made, but for the 100 events that it keeps at most while one runs: then it is made anew. */
async function refusalsIn(engine: OrchestrationEngine, run: Run): Promise<unknown[]> {
  const events = (await historyOf(engine, run)).flatMap((event) => event.workflowTaskFailedEventAttributes ?? []);
  return events.filter(({ cause }) => cause !== FORCED_TO_CLOSE);
}

/** One task that all others need. */
const fanOf = (width: number, bytes: number) =>
  workflow('fan', {}, ({ task }) => {
    const source = task('source', { ...once, run: () => text(bytes) });
    const readers = handles(width, (n) =>
      task(`reader${n}`, { needs: { source }, run: ({ source }) => source.length }),
    );
    return {
      sum: task('sum', { needs: readers, run: (all) => Object.values(all).reduce((sum, size) => sum + size, 0) }),
    };
  });

test('500 tasks that need one output of 8 KiB', async () => {
  const definition = fanOf(500, 8 * KIBIBYTE);
  await withStorage([definition], async (engine, storage) => {
    const run = await engine.start(definition);
    expect(await run.result()).toEqual({ sum: 500 * (8 * KIBIBYTE - 2) });
    expect({ stores: storage.stores, retrievals: storage.retrievals }).toEqual({ stores: 1, retrievals: 0 });
    expect(taskOf(await run.status(), 'source').output).toEqual({ bytes: 8 * KIBIBYTE, storage: 'memory' });
    expect(await refusalsIn(engine, run)).toEqual([]);
  });
}, 120_000);

test('without a storage 500 tasks can need one output of the budget that the plan says', async () => {
  await using engine = await connectEngine();
  const { nodes } = await engine.plan(fanOf(500, 0));
  const budget = nodes[0]?.inlineBytes ?? 0;
  expect(budget).toBeLessThan(8 * KIBIBYTE);
  const definition = fanOf(500, budget);
  await withWorker(engine, [definition], async () => {
    const run = await engine.start(definition);
    expect(await run.result()).toEqual({ sum: 500 * (budget - 2) });
    expect(await refusalsIn(engine, run)).toEqual([]);
  });
}, 120_000);

test('a task that needs 500 outputs of exactly their budget', async () => {
  const joining = (bytes: number) =>
    workflow('joining', {}, ({ task }) => {
      const roots = handles(500, (n) => task(`root${n}`, { run: () => text(bytes) }));
      return { sum: task('sum', { needs: roots, run: (all) => Object.values(all).join('').length }) };
    });
  await using engine = await connectEngine();
  const budget = (await engine.plan(joining(0))).nodes[0]?.inlineBytes ?? 0;
  const definition = joining(budget);
  await withWorker(engine, [definition], async () => {
    expect(await engine.execute(definition)).toEqual({ sum: 500 * (budget - 2) });
  });
}, 120_000);

test('an output of 1 MiB that 200 tasks read leaves a history of less than 1 MiB, and each worker fetches it once', async () => {
  const definition = fanOf(200, MEBIBYTE);
  await withStorage([definition], async (engine, storage) => {
    await withWorker(
      engine,
      [definition],
      async () => {
        const run = await engine.start(definition);
        expect(await run.result()).toEqual({ sum: 200 * (MEBIBYTE - 2) });
        expect(storage.retrievals).toBeLessThanOrEqual(1); // the worker that made it has it
        const { historySize = 0 } = await engine.client.workflow.getHandle(run.id).describe();
        expect(historySize).toBeLessThan(MEBIBYTE);
      },
      { storage },
    );
  });
}, 120_000);

test('an input of 1.5 MiB that 100 tasks read is stored once, and each gets it', async () => {
  const definition = workflow('reading', { input: z.object({ text: z.string() }) }, ({ task }) => {
    const readers = handles(100, (n) => task(`reader${n}`, { run: (_, { input }) => input.text.length }));
    return {
      sum: task('sum', { needs: readers, run: (all) => Object.values(all).reduce((sum, size) => sum + size, 0) }),
    };
  });
  await withStorage([definition], async (engine, storage) => {
    const run = await engine.start(definition, { text: text(1.5 * MEBIBYTE) });
    expect(await run.result()).toEqual({ sum: 100 * (1.5 * MEBIBYTE - 2) });
    expect(storage.stores).toBe(1);
  });
}, 120_000);

test('1,000 items that make exactly their budget reach the three tasks that need them', async () => {
  const bytes = MEBIBYTE / 1_000 - 1;
  const definition = workflow('wide-map', {}, ({ task, map }) => {
    const items = map('items', {
      over: () => Array.from({ length: 1_000 }, (_, n) => n),
      run: () => text(Math.floor(bytes)),
    });
    const readers = handles(3, (n) =>
      task(`reader${n}`, { needs: { items }, run: ({ items }) => items.join('').length }),
    );
    return { all: task('all', { needs: readers, run: (sizes) => Object.values(sizes) }) };
  });
  await withStorage([definition], async (engine, storage) => {
    const { all } = await engine.execute(definition);
    expect(all).toEqual(new Array(3).fill(1_000 * (Math.floor(bytes) - 2)));
    expect(storage.stores).toBe(1);
  });
}, 120_000);

test('2,500 items with large outputs, in shards, reach the task that sums them, and each can be read', async () => {
  const definition = workflow('split-map', {}, ({ task, map }) => {
    const items = map('items', {
      over: () => Array.from({ length: 2_500 }, (_, n) => n),
      run: (item) => `${item}`.padEnd(4 * KIBIBYTE, 'x'),
    });
    return {
      sum: task('sum', {
        needs: { items },
        run: ({ items }) => items.reduce((sum, it) => sum + Number.parseInt(it, 10), 0),
      }),
    };
  });
  await withStorage([definition], async (engine) => {
    const run = await engine.start(definition);
    expect(await run.result()).toEqual({ sum: (2_500 * 2_499) / 2 });
    expect(await run.output('items[1234]')).toMatch(/^1234x+$/);
    expect(taskOf(await run.status(), 'items').output).toMatchObject({ storage: 'memory' });
  });
}, 300_000);

test('5 MiB of items, each of which gets its own', async () => {
  const definition = workflow('large-list', {}, ({ task, map }) => {
    const sizes = map('sizes', {
      over: () => Array.from({ length: 50 }, (_, n) => `${n}`.padEnd(100 * KIBIBYTE, 'x')),
      run: (item, { index }) => ({ index, starts: Number.parseInt(item, 10), length: item.length }),
    });
    return { sizes: task('all', { needs: { sizes }, run: ({ sizes }) => sizes }) };
  });
  await withStorage([definition], async (engine) => {
    const { sizes } = await engine.execute(definition);
    expect(sizes).toEqual(Array.from({ length: 50 }, (_, n) => ({ index: n, starts: n, length: 100 * KIBIBYTE })));
  });
}, 120_000);

test('a subworkflow whose outputs are large gives them to its parent, which gives it a large input', async () => {
  const child = workflow('child', { input: z.object({ text: z.string() }) }, ({ task }) => ({
    twice: task('twice', { run: (_, { input }) => input.text + input.text }),
    size: task('size', { run: (_, { input }) => input.text.length }),
  }));
  const parent = workflow('parent', {}, ({ task, subworkflow }) => {
    const sub = subworkflow('sub', child, { with: () => ({ text: text(MEBIBYTE) }) });
    return { sub, measured: task('measured', { needs: { sub }, run: ({ sub }) => sub.twice.length }) };
  });
  await withStorage([parent], async (engine) => {
    const run = await engine.start(parent);
    const { sub, measured } = await run.result();
    const length = MEBIBYTE - 2;
    expect({ twice: sub?.twice.length, size: sub?.size, measured }).toEqual({
      twice: 2 * length,
      size: length,
      measured: 2 * length,
    });
    expect(await run.output('sub')).toMatchObject({ size: length });
  });
}, 120_000);

test('what is stored reaches settled needs, onFinish and a compensation', async () => {
  const seen: Record<string, unknown> = {};
  const definition = workflow('ends', {}, ({ task, onFinish }) => {
    const large = task('large', {
      run: () => text(MEBIBYTE),
      compensate: ({ output }) => {
        seen.compensated = output.length;
      },
    });
    const reader = task('reader', {
      needs: { large: settled(large) },
      run: ({ large }) => (large.status === 'succeeded' ? large.output.length : 0),
    });
    task('fails', {
      ...once,
      needs: { reader },
      run: () => {
        throw new Error('no');
      },
    });
    onFinish('notify', {
      run: ({ tasks }) => {
        const { output } = tasks.large as Extract<TaskResult<string>, { status: 'succeeded' }>;
        seen.finished = output.length;
      },
    });
  });
  await withStorage([definition], async (engine) => {
    const run = await engine.start(definition);
    await expect(run.result()).rejects.toThrow("'fails' failed after 1 attempt: no");
    expect(seen).toEqual({ compensated: MEBIBYTE - 2, finished: MEBIBYTE - 2 });
    expect(await run.output('reader')).toBe(MEBIBYTE - 2);
    expect(statesOf(await run.status())).toMatchObject({ large: 'succeeded', reader: 'succeeded', fails: 'failed' });
  });
}, 120_000);

test('an output can be read while the run is open, and the result by the name of the workflow alone', async () => {
  const definition = workflow('open', {}, ({ task, approval }) => {
    const large = task('large', { run: () => text(MEBIBYTE) });
    const go = approval('go', { needs: { large } });
    return { large, end: task('end', { needs: { go }, run: () => 'end' }) };
  });
  await withStorage([definition], async (engine) => {
    const { id } = await engine.start(definition);
    const run = engine.run(id);
    await expect.poll(async () => statesOf(await run.status()).go).toBe('waiting');
    expect(await run.output('large')).toHaveLength(MEBIBYTE - 2);
    await expect(run.output('end')).rejects.toThrow("'end' has no output: it is pending");
    await run.approve('go');
    expect(await run.result()).toEqual({ large: text(MEBIBYTE), end: 'end' });
  });
}, 120_000);
