import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { RunCancelledError, RunFailedError, workflow } from '../../src/index.js';
import { expectSameFromHistory } from '../support/rebuilt-from-history.js';
import { executionsOf, startShort } from '../support/short-executions.js';
import { taskOf, waitForItems, waitForState } from '../support/snapshots.js';
import { taskLine } from '../support/task-line.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

const once = { retry: { maximumAttempts: 1 } };

/** After which a run of this file continues as new: some six tasks in a line. */
const EVENTS = 40;

describe('a run that continues as new several times', () => {
  test('is one run to its caller, keeps its outputs, and its tasks the idempotency keys of its first execution', async () => {
    const keys: string[] = [];
    const definition = workflow('long', {}, (builder) => {
      const first = builder.task('first', { run: () => 'made at the beginning' });
      const last = taskLine(builder, 24, { onRun: ({ idempotencyKey }) => void keys.push(idempotencyKey) });
      const end = builder.task('end', {
        needs: { first, last },
        run: ({ first, last }) => `${first}, read after ${last}`,
      });
      return { end };
    });
    await using engine = await connectEngine();
    const run = await startShort(engine, definition, EVENTS);
    await withWorker(engine, [definition], async () => {
      let watched = '';
      for await (const { status, counts } of run.watch()) watched = `${status} with ${counts.succeeded}`;
      expect(watched).toBe('completed with 26');
      expect(await run.result()).toEqual({ end: 'made at the beginning, read after 24' });
    });
    expect((await executionsOf(engine, run)).length).toBeGreaterThan(2);
    expect(keys).toEqual(Array.from({ length: 24 }, (_, i) => `${run.id}/${run.runId}/t${i + 1}`));
    await expectSameFromHistory(engine, run);
  });

  test('keeps the memo and the search attributes that were given at its start', async () => {
    const definition = workflow('long', {}, (builder) => ({ last: taskLine(builder, 16) }));
    await using engine = await connectEngine();
    const team = defineSearchAttributeKey('PawlTestTeam', SearchAttributeType.KEYWORD);
    await engine.client.connection.operatorService.addSearchAttributes({
      namespace: 'default',
      searchAttributes: { [team.name]: 2 }, // KEYWORD
    });
    const options = { memo: { ticket: 'OPS-7' }, typedSearchAttributes: [{ key: team, value: 'blue' }] };
    // A new search attribute is known after a moment.
    const run = await vi.waitFor(() => startShort(engine, definition, EVENTS, options), { timeout: 30_000 });
    await withWorker(engine, [definition], () => run.result());
    const executions = await executionsOf(engine, run);
    expect(executions.length).toBeGreaterThan(1);
    const last = await engine.client.workflow.getHandle(run.id, executions.at(-1)).describe();
    expect(last.memo).toMatchObject({ ticket: 'OPS-7' });
    expect(last.typedSearchAttributes.get(team)).toBe('blue');
  });

  test('keeps waits with their deadlines, which count on', async () => {
    const definition = workflow('long', {}, (builder) => {
      const ok = builder.approval('ok', { timeout: '1h' });
      const note = builder.event('note', { schema: z.string(), timeout: 2_500, onTimeout: { value: 'none' } });
      const nap = builder.sleep('nap', 2_500);
      const last = taskLine(builder, 24);
      return { end: builder.task('end', { needs: { ok, note, nap, last }, run: ({ note, ok }) => [note, ok.by] }) };
    });
    await using engine = await connectEngine();
    const run = await startShort(engine, definition, EVENTS);
    await withWorker(engine, [definition], async () => {
      const { until } = await waitForState(run, 'ok', 'waiting');
      expect(until).toBeInstanceOf(Date);
      await waitForState(run, 't24', 'succeeded');
      expect(taskOf(await run.status(), 'ok')).toMatchObject({ state: 'waiting', until });
      await waitForState(run, 'note', 'succeeded');
      await waitForState(run, 'nap', 'succeeded');
      await run.approve('ok', { actor: 'ann' });
      expect(await run.result()).toEqual({ end: ['none', 'ann'] });
    });
    expect((await executionsOf(engine, run)).length).toBeGreaterThan(2);
  });

  test('goes on where more timers wait than it may have events', async () => {
    const definition = workflow('sleepers', {}, ({ sleep }) => {
      for (let n = 0; n < EVENTS + 10; n++) sleep(`nap${n}`, 400 + 30 * n);
    });
    await using engine = await connectEngine();
    const run = await startShort(engine, definition, EVENTS);
    await withWorker(engine, [definition], () => run.result());
    const executions = (await executionsOf(engine, run)).length;
    expect(executions).toBeGreaterThan(1);
    expect(executions).toBeLessThan(10);
  });

  test('keeps what is held, with its error, its attempts and its deadline', async () => {
    let isBroken = true;
    const definition = workflow('long', { onFailure: 'hold', holdTimeout: '1h' }, (builder) => {
      const build = builder.task('build', {
        ...once,
        run: (_, { attempt, idempotencyKey }) => {
          if (isBroken) throw new Error('no disk');
          return `${idempotencyKey} in attempt ${attempt}`;
        },
      });
      return { build, last: taskLine(builder, 18) };
    });
    await using engine = await connectEngine();
    const run = await startShort(engine, definition, EVENTS);
    await withWorker(engine, [definition], async () => {
      const { until } = await waitForState(run, 'build', 'held');
      expect(until).toBeInstanceOf(Date);
      await waitForState(run, 't18', 'succeeded');
      expect(taskOf(await run.status(), 'build')).toMatchObject({
        state: 'held',
        until,
        attempts: 1,
        error: { message: 'no disk', type: 'Error' },
      });
      isBroken = false;
      await run.task('build').retry();
      expect(await run.result()).toEqual({ build: `${run.id}/${run.runId}/build in attempt 2`, last: 18 });
    });
    expect((await executionsOf(engine, run)).length).toBeGreaterThan(2);
  });

  test('keeps a map in the middle: each item runs once, and one that is held is retried alone', async () => {
    const calls: number[] = [];
    let isBroken = true;
    const definition = workflow('long', { onFailure: 'hold' }, ({ map }) => {
      const smoke = map('smoke', {
        over: () => Array.from({ length: 40 }, (_, item) => item),
        concurrency: 3,
        ...once,
        run: (item) => {
          calls.push(item);
          if (isBroken && item === 5) throw new Error('no route');
          return item * 2;
        },
      });
      return { smoke };
    });
    await using engine = await connectEngine();
    const run = await startShort(engine, definition, EVENTS);
    await withWorker(engine, [definition], async () => {
      await waitForItems(
        run,
        'smoke',
        Array.from({ length: 40 }, (_, item) => (item === 5 ? 'held' : 'succeeded')),
      );
      isBroken = false;
      await run.task('smoke[5]').retry();
      expect(await run.result()).toEqual({ smoke: Array.from({ length: 40 }, (_, item) => item * 2) });
    });
    expect((await executionsOf(engine, run)).length).toBeGreaterThan(2);
    expect(calls.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 5, ...Array.from({ length: 34 }, (_, i) => i + 6)]);
    await expectSameFromHistory(engine, run);
  });

  test('undoes in its last executions what its first had made, in order and once, and destroys its resources', async () => {
    const undone: string[] = [];
    const definition = workflow('long', {}, (builder) => {
      const compensate = (_: object, { task }: { task: string }) => void undone.push(task);
      const db = builder.resource('db', {
        create: () => 'db://1',
        destroy: ({ output }) => void undone.push(`destroy ${output}`),
      });
      const last = taskLine(builder, 16, { compensate });
      builder.task('pay', {
        ...once,
        needs: { db, last },
        run: () => {
          throw new Error('the card was declined');
        },
      });
      builder.onFinish('notify', { run: ({ outcome, tasks }) => void undone.push(outcome, tasks.t1?.status ?? '') });
    });
    await using engine = await connectEngine();
    const run = await startShort(engine, definition, EVENTS);
    await withWorker(engine, [definition], async () => {
      await expect(run.result()).rejects.toThrow(/'pay' failed after 1 attempt: the card was declined/);
    });
    expect((await executionsOf(engine, run)).length).toBeGreaterThan(2);
    const order = undone.filter((entry) => entry !== 'destroy db://1');
    expect(order).toEqual([...Array.from({ length: 16 }, (_, i) => `t${16 - i}`), 'failed', 'succeeded']);
    expect(undone).toHaveLength(order.length + 1);
    await expect(run.result()).rejects.toBeInstanceOf(RunFailedError);
    await expectSameFromHistory(engine, run);
  });

  test('undoes all that it has made when it is cancelled by a handle on its first execution', async () => {
    const undone: string[] = [];
    const definition = workflow('long', {}, (builder) => {
      const last = taskLine(builder, 16, { compensate: (_, { task }) => void undone.push(task) });
      builder.approval('ok', { needs: { last } });
    });
    await using engine = await connectEngine();
    const run = await startShort(engine, definition, EVENTS);
    await withWorker(engine, [definition], async () => {
      await waitForState(run, 'ok', 'waiting');
      await run.cancel();
      await expect(run.result()).rejects.toThrow(RunCancelledError);
    });
    expect(undone).toEqual(Array.from({ length: 16 }, (_, i) => `t${16 - i}`));
  });
});
