import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { LARGEST_PAYLOAD } from '../../src/core/payload-size.js';
import { optional, RunFailedError, settled, workflow } from '../../src/index.js';
import { deferred } from '../support/deferred.js';
import { isoDate } from '../support/iso-date.js';
import { expectSameFromHistory } from '../support/rebuilt-from-history.js';
import { cancelledActivitiesIn, hasSeenCancelRequest, historyOf } from '../support/run-history.js';
import { executionsOf, startShort } from '../support/short-executions.js';
import { taskOf } from '../support/snapshots.js';
import { taskLine } from '../support/task-line.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

const once = { retry: { maximumAttempts: 1 } };

/** Events after which the runs of this file continue as new: some six tasks in a line. */
const EVENTS = 40;

test('a task is given what its needs were in an earlier execution: values, errors, skips and failed items', async () => {
  const seen: unknown[] = [];
  const definition = workflow('long', {}, (builder) => {
    const date = builder.task('date', { output: isoDate, run: () => new Date(7) });
    const lint = builder.task('lint', {
      ...once,
      allowFailure: true,
      run: (): number => {
        throw new TypeError('no image');
      },
    });
    const report = builder.task('report', { needs: { lint }, run: () => 1 });
    const scan = builder.task('scan', { when: () => false, run: () => 1 });
    const smoke = builder.map('smoke', {
      over: () => [1, 2],
      tolerate: 1,
      ...once,
      run: (item) => {
        if (item === 1) throw new Error('no route');
        return item;
      },
    });
    const last = taskLine(builder, 16);
    const needs = { date, lint: settled(lint), report: settled(report), scan: optional(scan), smoke, last };
    builder.task('end', { needs, run: (values) => void seen.push(values) });
  });
  await using engine = await connectEngine();
  const run = await startShort(engine, definition, EVENTS);
  await withWorker(engine, [definition], () => run.result());
  expect((await executionsOf(engine, run)).length).toBeGreaterThan(2);
  expect(seen).toEqual([
    {
      date: new Date(7),
      lint: { status: 'failed', error: { type: 'TypeError', message: 'no image' } },
      report: { status: 'upstream_failed' },
      scan: undefined,
      smoke: [undefined, 2],
      last: 16,
    },
  ]);
  expect(await run.explain('report')).toMatch(
    /report is upstream_failed.*because 'lint' failed\n +lint failed.*no image/,
  );
  await expectSameFromHistory(engine, run);
});

test('the input is made whole once, also of a run that was started by its name alone', async () => {
  const seen = new Set<number>();
  const input = z.object({ seed: z.number().default(() => Math.random()) });
  const definition = workflow('long', { input }, (builder) => {
    const last = taskLine(builder, 16);
    const first = builder.task('first', { run: (_, { input }) => void seen.add(input.seed) });
    builder.task('end', { needs: { first, last }, run: (_, { input }) => void seen.add(input.seed) });
  });
  await using engine = await connectEngine();
  const { workflowId, firstExecutionRunId } = await engine.client.workflow.start('long', {
    workflowId: `long-${randomUUID()}`,
    taskQueue: engine.taskQueue,
    args: [{}, { protocol: 1, continueAfter: EVENTS }],
  });
  const run = engine.run(workflowId, firstExecutionRunId);
  await withWorker(engine, [definition], () => run.result());
  expect((await executionsOf(engine, run)).length).toBeGreaterThan(2);
  expect(seen.size).toBe(1);
});

test('waves stay barriers', async () => {
  const order: number[] = [];
  const definition = workflow('waves', { scheduling: 'waves' }, ({ task }) => {
    const run = (_: object, { task }: { task: string }) => void order.push(Number(task.slice(1)));
    let [a, b] = [task('a0', { run }), task('b0', { run })];
    for (let i = 1; i < 12; i++) [a, b] = [task(`a${i}`, { needs: { a }, run }), task(`b${i}`, { needs: { b }, run })];
  });
  await using engine = await connectEngine();
  const run = await startShort(engine, definition, EVENTS);
  await withWorker(engine, [definition], () => run.result());
  expect((await executionsOf(engine, run)).length).toBeGreaterThan(2);
  expect(order).toEqual(Array.from({ length: 24 }, (_, i) => Math.floor(i / 2)));
});

test('a run that is too large to be carried over goes on, and protects its compensations as any other', async () => {
  const [undoing, goOn] = [deferred(), deferred()];
  const input = z.object({ text: z.string() });
  const definition = workflow('large', { input }, (builder) => {
    const last = taskLine(builder, 12);
    const hotel = builder.task('hotel', {
      needs: { last },
      run: () => 'room 7',
      compensate: async () => {
        undoing.resolve();
        await goOn.promise;
      },
    });
    builder.task('pay', {
      ...once,
      needs: { hotel },
      run: () => {
        throw new Error('the card was declined');
      },
    });
  });
  await using engine = await connectEngine();
  // There is no storage for it, and beside it no room for plan and state.
  const text = 'i'.repeat(LARGEST_PAYLOAD - 1_500);
  const run = await startShort(engine, definition, EVENTS, { input: { text } });
  await withWorker(engine, [definition], async () => {
    await undoing.promise;
    await run.cancel();
    await expect.poll(async () => hasSeenCancelRequest(await historyOf(engine, run))).toBe(true);
    goOn.resolve();
    await expect(run.result()).rejects.toThrow(RunFailedError);
  });
  expect(await executionsOf(engine, run)).toHaveLength(1);
  expect(taskOf(await run.status(), 'hotel').compensation).toBe('compensated');
  expect(cancelledActivitiesIn(await historyOf(engine, run))).toBe(0);
});
