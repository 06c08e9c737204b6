import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { LocalAttempts } from '../../src/client/history/local-attempts.js';
import { OrchestrationEngine, type Run, RunCancelledError } from '../../src/index.js';
import { type Entry, readEntries } from '../support/entry-log.js';
import { examplePipeline, PIPELINE_RESULT, PIPELINE_TASKS } from '../support/example-pipeline.js';
import { MOMENTS, type Moment } from '../support/moment.js';
import { chooseSeed } from '../support/random-seed.js';
import { historyOf, payloadsOf } from '../support/run-history.js';
import { WorkerFleet } from '../support/worker-fleet.js';
import { type FinishedRun, finish, tasksOf } from './finished-run.js';

/** Workers are killed on so many task queues at once, to save time. */
const LANES = 4;
const KILLS_PER_LANE = 5;
const RUNS_AT_ONCE = 2;
/** Milliseconds; it takes half a minute on two idle cores. */
const TIMEOUT = 240_000;

const pipeline = examplePipeline();

/** So that a workflow task that a killed worker had goes to another one soon. */
const OPTIONS = { workflowTaskTimeout: '2s' } as const;

/** A worker is killed at a moment of its own, or after so many milliseconds, wherever it is then. */
type Kill = { readonly moment: Moment; readonly nth: number } | { readonly afterMs: number };

/** Half of the runs are started by their name, so that workers are killed while they make the plan, too. */
type StartedRun = FinishedRun & { readonly startedBy: 'definition' | 'name' };

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pawl-crash-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('while 20 workers are killed with SIGKILL at random moments, two runs on each,', () => {
  const runs: StartedRun[] = [];
  const killed: string[] = [];
  let entries: readonly Entry[];

  beforeAll(async () => {
    const log = join(folder, 'random-moments.log');
    const kills = randomKills(chooseSeed('worker-crash'));
    const lanes = Array.from({ length: LANES }, (_, lane) =>
      killWorkers(`lane-${lane}`, kills.slice(lane * KILLS_PER_LANE, (lane + 1) * KILLS_PER_LANE), log),
    );
    for (const lane of await Promise.all(lanes)) {
      runs.push(...lane.runs);
      killed.push(...lane.killed);
    }
    entries = readEntries(log);
    console.log(`worker-crash: ${killed.length} kills, ${runs.length} runs, ${entries.length} entries of handlers`);
  }, TIMEOUT);

  test('all of them die, and none by itself', () => {
    expect(killed).toHaveLength(LANES * KILLS_PER_LANE);
  });

  test('every run completes, and nothing is lost on the way to its result', () => {
    for (const run of runs) expect(run.result).toEqual(PIPELINE_RESULT);
  });

  test('every task is recorded as completed once, and as nothing else', () => {
    for (const { recorded } of runs) {
      expect([...recorded.keys()].sort()).toEqual([...PIPELINE_TASKS].sort());
      for (const task of recorded.values()) expect(task).toMatchObject({ completions: 1, otherEnds: 0 });
    }
  });

  test('no handler is entered after its completion is recorded', () => {
    for (const { task, ofTask } of tasksOf(runs, entries)) {
      expect(ofTask.at(-1)).toMatchObject({ worker: task.worker, attempt: task.attempt });
    }
  });

  test('a kill costs a task at most one more entry', () => {
    for (const { ofTask } of tasksOf(runs, entries)) {
      const workers = ofTask.map((entry) => entry.worker);
      expect(new Set(workers).size).toBe(workers.length);
      expect(killed).toEqual(expect.arrayContaining(workers.slice(0, -1)));
    }
  });

  test('every entry of a task has the same idempotency key', () => {
    for (const { run, task, ofTask } of tasksOf(runs, entries)) {
      for (const { key } of ofTask) expect(key).toBe(`${run.id}/${run.runId}/${task.id}`);
    }
  });

  test('a run that was started without a plan records one, however often its worker dies', () => {
    expect(runs.map((run) => run.plans)).toEqual(runs.map((run) => (run.startedBy === 'name' ? 1 : 0)));
  });

  test('the state of a run counts the attempts that lost workers cost', () => {
    for (const { run, task } of tasksOf(runs, entries)) expect(run.attempts[task.id]).toBe(task.attempt);
  });
});

test.concurrent('a task that may be tried once is not entered again when its worker is killed', {
  timeout: TIMEOUT,
}, async ({ expect }) => {
  const log = join(folder, 'tried-once.log');
  await withWorkers('tried-once', async (engine, fleet) => {
    const [worker, next] = [fleet.spawn(), fleet.spawn()];
    const run = await engine.start(examplePipeline({ maximumAttempts: 1 }), { log });
    await worker.ready;
    await worker.goAndHold({ moment: 'handler entered', nth: 1 });
    worker.kill();
    await next.ready;
    next.go();
    await expect(run.result()).rejects.toThrow(/'install'.*no heartbeat within heartbeatTimeout: the worker was lost/);
    expect(readEntries(log).map((entry) => entry.task)).toEqual(['install']);
  });
});

test.concurrent('a run whose worker is killed while it is cancelled ends cancelled, and enters nothing again', {
  timeout: TIMEOUT,
}, async ({ expect }) => {
  const log = join(folder, 'cancelled.log');
  await withWorkers('cancelled', async (engine, fleet) => {
    const [worker, next] = [fleet.spawn(), fleet.spawn()];
    const run = await engine.start(pipeline, { log }, OPTIONS);
    await worker.ready;
    await worker.goAndHold({ moment: 'handler at work', nth: 1 });
    await run.cancel();
    await expect
      .poll(async () =>
        (await historyOf(engine, run)).some((event) => event.activityTaskCancelRequestedEventAttributes),
      )
      .toBe(true);
    worker.kill();
    await next.ready;
    next.go();
    await expect(run.result()).rejects.toBeInstanceOf(RunCancelledError);
    expect(readEntries(log).map((entry) => entry.task)).toEqual(['install']);
  });
});

test.concurrent.for([['the first', 1] as const, ['one in the middle', 4] as const, ['the last', 8] as const])(
  'a worker that is killed in %s of some local tasks repeats those of its workflow task, and no others',
  {
    timeout: TIMEOUT,
  },
  async ([, nth], { expect }) => {
    const log = join(folder, `local-${nth}.log`);
    await withWorkers(`local-${nth}`, async (engine, fleet) => {
      const [worker, next] = [fleet.spawn(), fleet.spawn()];
      const run = await engine.start(examplePipeline({ isLocal: true }), { log }, OPTIONS);
      await worker.ready;
      await worker.goAndHold({ moment: 'handler entered', nth });
      const recorded = new Set((await LocalAttempts.in(await historyOf(engine, run), payloadsOf(engine))).dispatches);
      worker.kill();
      await next.ready;
      next.go();
      expect(await run.result()).toEqual(PIPELINE_RESULT);
      const entries = readEntries(log);
      for (const task of PIPELINE_TASKS) {
        const ofTask = entries.filter((entry) => entry.task === task);
        expect(ofTask.length, task).toBeGreaterThanOrEqual(1);
        if (recorded.has(task)) expect(ofTask.length, task).toBe(1);
        expect(new Set(ofTask.map(({ key }) => key)).size, task).toBe(1);
      }
      expect((await run.status()).tasks.map(({ attempts }) => attempts)).toEqual(PIPELINE_TASKS.map(() => 1));
    });
  },
);

/** Each moment twice, and the others at any time; in random order. */
function randomKills(seed: number): readonly Kill[] {
  const atMoments = [...MOMENTS, ...MOMENTS].map((moment) =>
    fc.record({ moment: fc.constant(moment), nth: fc.integer({ min: 1, max: moment === 'run ending' ? 2 : 10 }) }),
  );
  const others = LANES * KILLS_PER_LANE - atMoments.length;
  const atAnyTime = fc.record({ afterMs: fc.integer({ min: 0, max: 1_500 }) });
  const all = fc.tuple(...atMoments, ...Array<typeof atAnyTime>(others).fill(atAnyTime));
  const shuffled = all.chain((kills) => fc.shuffledSubarray(kills as Kill[], { minLength: kills.length }));
  return fc.sample(shuffled, { seed, numRuns: 1 })[0] ?? [];
}

/** Keeps runs going on one task queue while its worker is killed and the next one takes over, again and again. */
async function killWorkers(lane: string, kills: readonly Kill[], log: string) {
  return withWorkers(lane, async (engine, fleet) => {
    const killed: string[] = [];

    let isOver = false;
    const runs = Array.from({ length: RUNS_AT_ONCE }, async (_, slot) => {
      const finished: StartedRun[] = [];
      while (!isOver || finished.length === 0) {
        const startedBy = (slot + finished.length) % 2 === 0 ? 'definition' : 'name';
        finished.push({ startedBy, ...(await finish(engine, await start(engine, startedBy, log))) });
      }
      return finished;
    });

    let next = fleet.spawn();
    for (const kill of kills) {
      const worker = next;
      next = fleet.spawn();
      await worker.ready;
      if ('moment' in kill) worker.go({ ...kill, action: 'die' });
      else {
        worker.go();
        await pause(kill.afterMs);
        worker.kill();
      }
      const signal = await worker.ended;
      if (signal === 'SIGKILL') killed.push(worker.identity);
    }
    isOver = true;
    await next.ready;
    next.go();
    return { killed, runs: (await Promise.all(runs)).flat() };
  });
}

async function withWorkers<T>(
  name: string,
  use: (engine: OrchestrationEngine, fleet: WorkerFleet) => Promise<T>,
): Promise<T> {
  const taskQueue = `crash-${randomUUID()}`;
  const address = inject('temporalAddress');
  await using engine = await OrchestrationEngine.connect({ address, taskQueue });
  await using fleet = new WorkerFleet({ address, taskQueue, name });
  return await use(engine, fleet);
}

function start(engine: OrchestrationEngine, by: StartedRun['startedBy'], log: string): Promise<Run<{ smoke: string }>> {
  return by === 'definition'
    ? engine.start(pipeline, { log }, OPTIONS)
    : engine.start<typeof pipeline>('pipeline', { log }, OPTIONS);
}
