import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ConnectionOptions } from '@temporalio/client';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OrchestrationEngine, type Run } from '../../src/index.js';
import { readEntries } from '../support/entry-log.js';
import { examplePipeline, PIPELINE_RESULT, PIPELINE_TASKS } from '../support/example-pipeline.js';
import { MOMENTS } from '../support/moment.js';
import { chooseSeed } from '../support/random-seed.js';
import { RestartableServer } from '../support/restartable-server.js';
import { WorkerFleet } from '../support/worker-fleet.js';
import type { WorkerProcess } from '../support/worker-process.js';
import { type FinishedRun, finish, tasksOf } from './finished-run.js';

/** How often the server is killed at any time, beside the two times at chosen moments. */
const KILLS_AT_ANY_TIME = 5;
/** Milliseconds; none of it takes half a minute on two idle cores. */
const TIMEOUT = 180_000;

/** A server that has just started is slow to take heartbeats; no worker is to count as lost for that. */
const pipeline = examplePipeline({ heartbeatTimeout: 5_000 });

type Interceptor = NonNullable<ConnectionOptions['interceptors']>[number];

/** One task queue with its worker; there is one for every moment, so that one death of the server hits a run at each of them. */
interface Lane {
  readonly engine: OrchestrationEngine;
  readonly fleet: WorkerFleet;
  readonly stop: { readonly moment: (typeof MOMENTS)[number]; readonly nth: number };
  worker: WorkerProcess;
}

describe('a server killed with SIGKILL and started again on its database file', { timeout: TIMEOUT }, () => {
  let folder: string;
  let log: string;
  let server: RestartableServer;
  let lanes: readonly Lane[];
  let delays: readonly number[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pawl-crash-'));
    log = join(folder, 'entries.log');
    server = await RestartableServer.start(join(folder, 'temporal.db'));
    const seed = chooseSeed('server-crash');
    const nths = fc.sample(fc.integer({ min: 1, max: 4 }), { seed, numRuns: MOMENTS.length });
    delays = fc.sample(fc.integer({ min: 0, max: 1_000 }), { seed, numRuns: KILLS_AT_ANY_TIME });
    lanes = await Promise.all(
      MOMENTS.map(async (moment, index) => {
        const taskQueue = `crash-${randomUUID()}`;
        const fleet = new WorkerFleet({ address: server.address, taskQueue, name: moment });
        const worker = fleet.spawn();
        const engine = await OrchestrationEngine.connect({ address: server.address, taskQueue });
        await worker.ready;
        return { engine, fleet, worker, stop: { moment, nth: moment === 'run ending' ? 1 : (nths[index] ?? 1) } };
      }),
    );
  }, TIMEOUT);

  afterAll(async () => {
    for (const { engine, fleet } of lanes) {
      await fleet[Symbol.asyncDispose]();
      await engine.close();
    }
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  test('goes on with the runs of workers that outlive it, whatever they were doing', async () => {
    const held = await Promise.all(lanes.map(startAndHold));
    const finished = held.map((run, index) => finish(engineOf(index), run)); // waiting, all the while
    await server.kill();
    for (const { worker } of lanes) worker.goOn();
    await server.startAgain();
    expectNothingDoneTwice(await Promise.all(finished), 1);
  });

  test('goes on with the runs of workers that die with it, and with those that were started right before', async () => {
    const held = await Promise.all(lanes.map(startAndHold));
    const started = await Promise.all(lanes.map(({ engine }) => start(engine)));
    for (const { worker } of lanes) worker.kill();
    await server.kill();
    for (const lane of lanes) lane.worker = lane.fleet.spawn();
    await server.startAgain();
    const finished = [held, started].flatMap((runs) => runs.map((run, index) => finish(engineOf(index), run)));
    for (const { worker } of lanes) {
      await worker.ready;
      worker.go();
    }
    expectNothingDoneTwice(await Promise.all(finished), 1);
  });

  test(`goes on with every run when it is killed ${KILLS_AT_ANY_TIME} times at any time`, async () => {
    let isOver = false;
    const finished = lanes.map(async ({ engine }) => {
      const ofLane: FinishedRun[] = [];
      while (!isOver || ofLane.length === 0) ofLane.push(await finish(engine, await start(engine)));
      return ofLane;
    });
    for (const delay of delays) {
      await pause(delay);
      await server.kill();
      await server.startAgain();
    }
    isOver = true;
    expectNothingDoneTwice((await Promise.all(finished)).flat(), KILLS_AT_ANY_TIME);
  });

  test('makes a watch without retries look no more often than its interval', async () => {
    const [lane] = lanes;
    if (lane === undefined) throw new RangeError('there is no lane');
    let looks = 0;
    const interceptor: Interceptor = (options, next) => {
      if (options.method_definition.path.endsWith('/DescribeWorkflowExecution')) looks++;
      return next(options) as ReturnType<Interceptor>; // which is what it is, at less of a type
    };
    await using engine = await OrchestrationEngine.connect({ address: server.address, interceptors: [interceptor] });
    const run = await startAndHold(lane);
    const watch = engine.run(run.id).watch({ interval: 3_600_000 });
    expect(await watch.next()).toMatchObject({ value: { status: 'running' } });
    watch.next().catch(() => {}); // in an hour
    await server.kill();
    await server.startAgain();
    lane.worker.goOn();
    await run.result();
    expect(looks).toBe(1);
  });

  /** The run is half done, its worker holds at the lane's moment. */
  async function startAndHold({ engine, worker, stop }: Lane): Promise<Run<{ smoke: string }>> {
    const held = worker.goAndHold(stop);
    const run = await start(engine);
    await held;
    return run;
  }

  function start(engine: OrchestrationEngine): Promise<Run<{ smoke: string }>> {
    return engine.start(pipeline, { log }, { workflowTaskTimeout: '2s' });
  }

  function engineOf(lane: number): OrchestrationEngine {
    const engine = lanes[lane]?.engine;
    if (engine === undefined) throw new RangeError(`there is no lane ${lane}`);
    return engine;
  }

  /** A kill costs a task one more entry at most, and none once its completion is recorded. */
  function expectNothingDoneTwice(runs: readonly FinishedRun[], kills: number): void {
    const entries = readEntries(log);
    for (const run of runs) {
      expect(run.result).toEqual(PIPELINE_RESULT);
      expect([...run.recorded.keys()].sort()).toEqual([...PIPELINE_TASKS].sort());
    }
    for (const { run, task, ofTask } of tasksOf(runs, entries)) {
      expect(task).toMatchObject({ completions: 1, otherEnds: 0 });
      expect(ofTask.length).toBeLessThanOrEqual(1 + kills);
      expect(ofTask.at(-1)).toMatchObject({
        worker: task.worker,
        attempt: task.attempt,
        key: `${run.id}/${run.runId}/${task.id}`,
      });
    }
  }
});
