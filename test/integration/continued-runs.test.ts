import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { PROTOCOL } from '../../src/core/protocol.js';
import {
  compile,
  type OrchestrationEngine,
  type Run,
  RunFailedError,
  type WorkflowDefinition,
  workflow,
} from '../../src/index.js';
import { expectSameFromHistory } from '../support/rebuilt-from-history.js';
import { statesOf, waitForState } from '../support/snapshots.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

let broken = '';
const called: string[] = [];

function call(id: string): string {
  called.push(id);
  if (broken === id) throw new Error(`${id} broke`);
  return id;
}

/** Twenty tasks in a line, an approval in their middle. */
const line = workflow('line', {}, ({ task, approval, event }) => {
  const start = task('t0', { run: () => call('t0') });
  let last: typeof start = start;
  for (let i = 1; i < 10; i++) last = task(`t${i}`, { needs: { last }, run: () => call(`t${i}`) });
  const ok = approval('ok', { needs: { last } });
  const note = event('note', { schema: z.string() });
  const half = task('t10', { needs: { ok, note }, run: () => call('t10') });
  last = half;
  for (let i = 11; i < 20; i++) {
    last = task(`t${i}`, { needs: { last }, retry: { maximumAttempts: 1 }, run: () => call(`t${i}`) });
  }
  return { last, note };
});

/** Starts a run that continues as new after some 40 events, and returns handles on it, by its first run id and by none. */
async function startShort(engine: OrchestrationEngine, definition: WorkflowDefinition, continueAfter = 40) {
  const plan = compile(definition);
  const { workflowId, firstExecutionRunId } = await engine.client.workflow.start(definition.name, {
    workflowId: `${definition.name}-${randomUUID()}`,
    taskQueue: engine.taskQueue,
    args: [undefined, { protocol: PROTOCOL, plan, continueAfter }],
  });
  const first = engine.run(workflowId, firstExecutionRunId);
  return { first, latest: engine.run(workflowId) };
}

test('handles, watch, orders and result follow a run that continues as new', async () => {
  await using engine = await connectEngine();
  const { first, latest } = await startShort(engine, line);
  await withWorker(engine, [line], async () => {
    await first.send('note', 'kept');
    const watched = (async () => {
      let last = '';
      for await (const { status } of first.watch()) last = status;
      return last;
    })();
    const { runId } = await waitUntil(first, 'ok', 'waiting');
    expect(runId).not.toBe(first.runId);
    await first.approve('ok', { updateId: 'once' });
    expect(await first.result()).toEqual({ last: 't19', note: 'kept' });
    expect(await watched).toBe('completed');
    expect(await latest.result()).toEqual({ last: 't19', note: 'kept' });
  });
  const snapshot = await first.status();
  expect(snapshot.status).toBe('completed');
  expect(snapshot.audit.map(({ verb }) => verb)).toEqual(['send', 'approve']);
  await expectSameFromHistory(engine, first);
});

test('an order that was carried out before the continuation is not carried out again', async () => {
  await using engine = await connectEngine();
  const { first } = await startShort(engine, line);
  await withWorker(engine, [line], async () => {
    await first.send('note', 'one', { updateId: 'note-1' });
    await waitUntil(first, 'ok', 'waiting');
    await first.send('note', 'one', { updateId: 'note-1' });
    expect((await first.status()).audit).toHaveLength(1);
    await first.cancel();
    await first.result().catch(() => {});
    expect((await first.status()).status).toBe('cancelled');
  });
});

test('an order that was found wrong before the continuation is not said to have been carried out, when it is given again', async () => {
  await using engine = await connectEngine();
  const { first } = await startShort(engine, line);
  await withWorker(engine, [line], async () => {
    const wrong = () => first.send('note', 5, { updateId: 'wrong' });
    await expect(wrong()).rejects.toMatchObject({ code: 'ORDER_FAILED' });
    const { runId } = await waitUntil(first, 'ok', 'waiting');
    expect(runId).not.toBe(first.runId);
    await expect(wrong()).rejects.toMatchObject({ code: 'ORDER_FAILED' });
    expect((await first.status()).audit).toMatchObject([{ updateId: 'wrong', refused: expect.any(String) }]);
    await first.terminate();
  });
});

test('a run that is asked to stop does not continue as new, where Temporal would not know of the request, and ends cancelled', async () => {
  const undone = workflow('undone', {}, ({ task, approval }) => {
    for (let i = 0; i < 12; i++) task(`t${i}`, { run: () => 1, compensate: () => {} });
    approval('ok');
  });
  await using engine = await connectEngine();
  const { first } = await startShort(engine, undone, 55);
  await withWorker(engine, [undone], async () => {
    await expect.poll(async () => (await first.status()).counts.succeeded).toBe(12);
    await first.cancel();
    await expect(first.result()).rejects.toMatchObject({ code: 'RUN_CANCELLED' });
  });
  const snapshot = await first.status();
  expect(snapshot.status).toBe('cancelled');
  expect(snapshot.tasks.filter(({ compensation }) => compensation === 'compensated')).toHaveLength(12);
  await expectSameFromHistory(engine, first);
});

test('what is known of a run does not need the history of its early executions', async () => {
  await using engine = await connectEngine();
  const { first } = await startShort(engine, line);
  await withWorker(engine, [line], async () => {
    broken = 't15';
    await first.send('note', 'kept');
    await first.approve('ok');
    await expect(first.result()).rejects.toThrow(RunFailedError);
    await engine.client.workflowService.deleteWorkflowExecution({
      namespace: engine.client.options.namespace,
      workflowExecution: { workflowId: first.id, runId: first.runId ?? null },
    });
    const describe = () => engine.client.workflow.getHandle(first.id, first.runId).describe();
    await expect
      .poll(
        () =>
          describe().then(
            ({ status }) => status.name,
            () => 'gone',
          ),
        { timeout: 120_000 },
      )
      .toBe('gone');
    expect(statesOf(await first.status())).toMatchObject({ t15: 'failed', t16: 'upstream_failed' });
    await expect(first.result()).rejects.toThrow(RunFailedError);
    broken = '';
    called.length = 0;
    const again = await engine.rerun(first.id, first.runId === undefined ? {} : { runId: first.runId });
    expect(await again.result()).toEqual({ last: 't19', note: 'kept' });
    expect(called).toEqual(['t15', 't16', 't17', 't18', 't19']);
    // A handle on the old run stays on it, though there is a later one.
    expect((await first.status()).status).toBe('failed');
    await expect(first.pause()).rejects.toMatchObject({ code: 'RUN_CLOSED', status: 'failed' });
  });
}, 180_000);

test('more orders at once than Temporal takes at a time are all carried out', async () => {
  const many = workflow('many', {}, ({ event }) => {
    for (let i = 0; i < 40; i++) event(`e${i}`, { schema: z.number() });
  });
  await using engine = await connectEngine();
  const run = await engine.start(many);
  await withWorker(engine, [many], async () => {
    await Promise.all(Array.from({ length: 40 }, (_, i) => run.send(`e${i}`, i)));
    await run.result();
  });
  expect((await run.status()).audit).toHaveLength(40);
  await expectSameFromHistory(engine, run as Run);
}, 90_000);

test('an item of a map that is split over child workflows is listed, explained and steered there', async () => {
  let isBroken = true;
  const wide = workflow('wide', { onFailure: 'hold' }, ({ map }) => {
    const smoke = map('smoke', {
      over: () => Array.from({ length: 1_200 }, (_, i) => i),
      retry: { maximumAttempts: 1 },
      run: (item) => {
        if (isBroken && item === 1_150) throw new Error('no route');
        return item;
      },
    });
    return { smoke };
  });
  await using engine = await connectEngine();
  const run = await engine.start(wide);
  await withWorker(engine, [wide], async () => {
    await expect
      .poll(async () => (await run.status({ items: 'smoke', from: 1_150, limit: 2 })).items.map(({ state }) => state), {
        timeout: 60_000,
        interval: 500,
      })
      .toEqual(['held', 'succeeded']);
    expect(await run.explain('smoke[1150]')).toContain('smoke[1150] is held: it failed: no route');
    await expect(run.task('smoke[1]').retry()).rejects.toMatchObject({ code: 'ORDER_REFUSED' });
    isBroken = false;
    await run.task('smoke[1150]').retry();
    expect((await run.result()).smoke).toHaveLength(1_200);
  });
  const page = await run.status({ items: 'smoke', from: 1_149, limit: 3 });
  expect(page.items.map(({ id, state }) => [id, state])).toEqual([
    ['smoke[1149]', 'succeeded'],
    ['smoke[1150]', 'succeeded'],
    ['smoke[1151]', 'succeeded'],
  ]);
  await expectSameFromHistory(engine, run as Run);
}, 120_000);

async function waitUntil(run: Run, id: string, state: 'waiting') {
  await waitForState(run, id, state);
  return run.status();
}
