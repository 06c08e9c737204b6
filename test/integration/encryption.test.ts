import { randomBytes, randomUUID } from 'node:crypto';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  DecryptionError,
  type EncryptionOptions,
  NonRetryableError,
  type OrchestrationEngine,
  RunFailedError,
  workflow,
} from '../../src/index.js';
import { PawlPlugin } from '../../worker/index.js';
import { showsMarker } from '../support/planted-marker.js';
import { expectSameFromHistory } from '../support/rebuilt-from-history.js';
import { type ServerOnDisk, startServerOnDisk } from '../support/server-on-disk.js';
import { executionsOf, startShort } from '../support/short-executions.js';
import { taskOf, waitForState } from '../support/snapshots.js';

const A = randomBytes(32).toString('base64');
const B = randomBytes(32).toString('base64');
const WITH_A: EncryptionOptions = { keys: { a: A }, activeKey: 'a' };
const WITH_BOTH: EncryptionOptions = { keys: { a: A, b: B }, activeKey: 'b' };

/** Planted wherever a user's data may be. */
const MARK = `planted-${randomUUID()}`;

function brokenError(what: string): Error {
  const error = new Error(`${what} broke at ${MARK}`, { cause: new Error(`because of ${MARK}`) });
  error.stack = `${error.stack}\n    at ${MARK} (handler.ts:1:1)`;
  return error;
}

const region = workflow('region', { input: z.object({ secret: z.string() }) }, ({ task }) => ({
  probe: task('probe', { run: (_, { input }) => `probed ${input.secret}` }),
}));

let mayDeploy = false;
let compensations = 0;

const planted = workflow(
  'planted',
  { input: z.object({ secret: z.string() }) },
  ({ task, map, subworkflow, approval, event, sleep }) => {
    const build = task('build', {
      retry: { maximumAttempts: 2, initialInterval: '10ms' },
      run: (_, { input, attempt, heartbeat, heartbeatDetails }) => {
        if (attempt > 1) return { image: `image of ${input.secret}`, before: heartbeatDetails ?? null };
        heartbeat({ progress: MARK });
        throw brokenError('build');
      },
      compensate: () => {
        if (++compensations === 1) throw brokenError('compensation');
      },
    });
    const parts = map('parts', {
      needs: { build },
      tolerate: 1,
      retry: { maximumAttempts: 1 },
      over: () => [`first ${MARK}`, `second ${MARK}`],
      run: (part, { index }) => {
        if (index === 1) throw brokenError('part');
        return `made of ${part}`;
      },
    });
    const eu = subworkflow('eu', region, { needs: { build }, with: () => ({ secret: MARK }) });
    const nap = sleep('nap', '1ms', { needs: { build } });
    const goLive = approval('go-live', { needs: { parts, eu, nap } });
    const note = event('note', { schema: z.string() });
    const deploy = task('deploy', {
      needs: { goLive, note },
      retry: { maximumAttempts: 1 },
      run: ({ note }) => {
        if (!mayDeploy) throw brokenError('deploy');
        return `deployed with ${note}`;
      },
    });
    return { build, deploy };
  },
);

const line = workflow('line', {}, ({ task }) => {
  const start = task('t0', { run: () => `t0 ${MARK}` });
  let last: typeof start = start;
  for (let i = 1; i < 12; i++) last = task(`t${i}`, { needs: { last }, run: () => `t${i} ${MARK}` });
  return { last };
});

const stuck = workflow('stuck', {}, ({ task }) => ({
  build: task('build', {
    retry: { initialInterval: '1h' },
    run: (): string => {
      throw brokenError('build');
    },
  }),
}));

let server: ServerOnDisk;

beforeAll(async () => {
  server = await startServerOnDisk();
});

afterAll(() => server.remove());

describe('with encryption, in a run with errors, retries, items, orders and a compensation', () => {
  let engine: OrchestrationEngine;
  const id = `planted-${randomUUID()}`;

  beforeAll(async () => {
    engine = await server.connect({ encryption: WITH_A });
    await server.serve(engine, [planted, region], { encryption: WITH_A }, async () => {
      const run = await engine.start<typeof planted>(
        'planted',
        { secret: MARK },
        { workflowId: id, memo: { note: MARK }, staticSummary: MARK, staticDetails: MARK },
      );
      await run.send('note', `note ${MARK}`, { actor: MARK });
      await run.approve('go-live', { reason: `for ${MARK}`, actor: MARK });
      await expect(run.result()).rejects.toThrow(RunFailedError);
    });
  });

  afterAll(() => engine.close());

  test('the caller reads why it failed', async () => {
    const failed = engine.run(id).result();
    await expect(failed).rejects.toThrow(`deploy broke at ${MARK}`);
    await expect(failed).rejects.toMatchObject({ details: { failed: [{ task: 'deploy' }] } });
  });

  test('status() shows errors, stacks, items and the audit trail', async () => {
    const status = await engine.run(id).status();
    expect(taskOf(status, 'deploy').error).toMatchObject({
      message: `deploy broke at ${MARK}`,
      stack: expect.stringContaining(`at ${MARK} (handler.ts:1:1)`),
    });
    expect(taskOf(status, 'build')).toMatchObject({ attempts: 2, compensation: 'compensated' });
    expect(status.audit).toMatchObject([
      { verb: 'send', actor: MARK },
      { verb: 'approve', actor: MARK, reason: `for ${MARK}` },
    ]);
    const { items } = await engine.run(id).status({ items: 'parts' });
    expect(items[1]?.error?.message).toBe(`part broke at ${MARK}`);
  });

  test('explain() tells it in words', async () => {
    expect(await engine.run(id).explain('deploy')).toContain(`deploy broke at ${MARK}`);
  });

  test('its state can be rebuilt from its history', async () => {
    await expectSameFromHistory(engine, engine.run(id));
  });

  test('a rerun goes on from what it kept', async () => {
    mayDeploy = true;
    await server.serve(engine, [planted, region], { encryption: WITH_A }, async () => {
      const run = await engine.rerun(id, { workflow: planted, workflowId: `${id}-again` });
      await run.approve('go-live');
      expect(await run.result()).toEqual({
        build: { image: `image of ${MARK}`, before: { progress: MARK } },
        deploy: `deployed with note ${MARK}`,
      });
      expect((await run.status()).rerunOf?.workflowId).toBe(id);
    });
  });

  test('its history can be replayed with the keys', async () => {
    const history = await engine.client.workflow.getHandle(id).fetchHistory();
    const plugins = [new PawlPlugin({ workflows: [planted, region], encryption: WITH_A })];
    await expect(Worker.runReplayHistory({ plugins }, history, id)).resolves.toBeUndefined();
  });

  test('a run carries its state over when it continues as new', async () => {
    const run = await server.serve(engine, [line], { encryption: WITH_A }, async () => {
      const short = await startShort(engine, line, 40);
      expect(await short.result()).toEqual({ last: `t11 ${MARK}` });
      return short;
    });
    expect((await executionsOf(engine, run)).length).toBeGreaterThan(1);
  });

  test('the failure of the attempt before is read while the next one waits', async () => {
    await server.serve(engine, [stuck], { encryption: WITH_A }, async () => {
      const run = await engine.start(stuck);
      await expect
        .poll(async () => taskOf(await run.status(), 'build').error?.message, { timeout: 20_000 })
        .toBe(`build broke at ${MARK}`);
      await run.terminate();
    });
  });
});

describe('a worker without the key', () => {
  test('leaves the run to one that has it, and says so', async () => {
    await using engine = await server.connect({ encryption: WITH_BOTH });
    const run = await engine.start(line);
    await server.serve(engine, [line], { encryption: WITH_A }, async () => {
      await expect
        .poll(async () => (await run.status()).problem, { timeout: 20_000 })
        .toContain("it was encrypted with the key 'b'");
    });
    await server.serve(engine, [line], { encryption: WITH_BOTH }, async () =>
      expect(await run.result()).toEqual({ last: `t11 ${MARK}` }),
    );
  });
});

describe('an operator without the keys', () => {
  const id = `closed-${randomUUID()}`;
  let engine: OrchestrationEngine;

  beforeAll(async () => {
    await using owner = await server.connect({ encryption: WITH_A });
    await server.serve(owner, [line], { encryption: WITH_A }, () =>
      owner.execute(line, undefined, { workflowId: id, memo: { note: MARK } }),
    );
    engine = await server.connect({}, owner.taskQueue);
    await owner.start(line, undefined, { memo: { note: MARK } });
  });

  afterAll(() => engine.close());

  test('sees which runs there are', async () => {
    const statuses: string[] = [];
    for await (const run of engine.list()) statuses.push(`${run.workflow} ${run.status}`);
    expect(statuses).toEqual(['line running', 'line completed']);
  });

  test('sees how they are', async () => {
    expect((await engine.health()).problems).toEqual([]);
  });

  test.each(['status', 'result'] as const)('is told by %s() what is missing for the rest', async (read) => {
    const reading = engine.run(id)[read]();
    await expect(reading).rejects.toThrow(DecryptionError);
    await expect(reading).rejects.toThrow(/^encryption: this data is encrypted, and no keys were given; connect with/);
  });
});

test('a run that began with one key is finished with the next', async () => {
  const gate = workflow('gate', {}, ({ task, approval }) => {
    const build = task('build', { run: () => `image ${MARK}` });
    const ok = approval('ok', { needs: { build } });
    return { deploy: task('deploy', { needs: { build, ok }, run: ({ build }) => `deployed ${build}` }) };
  });
  await using before = await server.connect({ encryption: WITH_A });
  const run = await before.start(gate);
  await server.serve(before, [gate], { encryption: WITH_A }, () => waitForState(run, 'ok', 'waiting'));
  await using after = await server.connect({ encryption: WITH_BOTH }, before.taskQueue);
  await server.serve(after, [gate], { encryption: WITH_BOTH }, async () => {
    await after.run(run.id).approve('ok', { reason: MARK });
    expect(await after.run(run.id).result()).toEqual({ deploy: `deployed image ${MARK}` });
  });
  expect(taskOf(await after.run(run.id).status(), 'build').state).toBe('succeeded');
});

describe('nothing of it can be read', () => {
  test('in any history, as the server gives it out', async () => {
    const { client } = await server.connect({});
    const place = { namespace: client.options.namespace };
    const { executions } = await client.workflowService.listWorkflowExecutions(place);
    expect(executions.length).toBeGreaterThan(5);
    for (const { execution = null } of executions) {
      const { history } = await client.workflowService.getWorkflowExecutionHistory({ ...place, execution });
      expect(history?.events?.length).toBeGreaterThan(0);
      expect(showsMarker(Buffer.from(JSON.stringify(history)), MARK)).toBe(false);
    }
    expect(showsMarker(Buffer.from(JSON.stringify(executions)), MARK)).toBe(false);
    await client.connection.close();
  });

  test('in the database file, which shows what was run without encryption', async () => {
    const clear = `clear-${randomUUID()}`;
    const open = workflow('open', {}, ({ task }) => ({
      build: task('build', {
        run: (): string => {
          throw new NonRetryableError(clear);
        },
      }),
    }));
    await using engine = await server.connect();
    await server.serve(engine, [open], {}, async () => {
      await expect(engine.execute(open)).rejects.toThrow(clear);
    });
    expect(await server.stopAndFind([clear, MARK])).toEqual([clear]);
  });
});
