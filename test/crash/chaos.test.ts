import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OrchestrationEngine } from '../../src/index.js';
import { differencesFromOracle, differencesOfResult } from '../support/random-runs/as-oracle.js';
import { differencesOfCalls } from '../support/random-runs/called-as-oracle.js';
import { chaosDefinitions } from '../support/random-runs/chaos-definitions.js';
import { type FinishedRandomRun, finishAll } from '../support/random-runs/finished-run.js';
import { type JudgedRun, judgeRuns } from '../support/random-runs/judged-run.js';
import { callsAfterCompletion } from '../support/random-runs/repeated-calls.js';
import { chooseSeed } from '../support/random-seed.js';
import { RestartableServer } from '../support/restartable-server.js';
import { payloadsOf } from '../support/run-history.js';
import { Attack } from './attack.js';

const RUNS = Number(process.env.PAWL_CHAOS_RUNS ?? 100);
/** Milliseconds; it takes a minute on two cores that have nothing else to do. */
const TIMEOUT = 900_000;

describe(`${RUNS} random runs, while two workers and the server are killed with SIGKILL at random moments,`, () => {
  const seed = chooseSeed('chaos');
  let folder: string;
  let killed: readonly string[] = [];
  let runs: readonly FinishedRandomRun[] = [];
  let judged: readonly JudgedRun[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pawl-crash-'));
    const log = join(folder, 'calls.log');
    const taskQueue = `chaos-${randomUUID()}`;
    const settings = { seed, runs: RUNS, log, begin: Date.now(), heartbeatTimeout: 3_000 };
    await using server = await RestartableServer.start(join(folder, 'temporal.db'));
    await using engine = await OrchestrationEngine.connect({ address: server.address, taskQueue });
    const attack = new Attack(server, taskQueue, settings);
    runs = await attack.during(() => finishAll(engine, chaosDefinitions(settings), { atOnce: 25, interval: 1_000 }));
    killed = attack.killed;
    judged = await judgeRuns(runs, { log, payloads: payloadsOf(engine), seed });
  }, TIMEOUT);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('all of them end in the state that the oracle says, after what history says of them', () => {
    expect(runs).toHaveLength(RUNS);
    for (const { recorded, run, replayed, context } of judged) {
      expect.soft(differencesFromOracle(recorded, replayed), context).toEqual([]);
      if (run !== undefined) expect.soft(differencesOfResult(run.result, replayed), context).toEqual([]);
    }
  });

  test('nothing is called again when it was recorded that it is completed', () => {
    for (const judgedRun of judged) expect.soft(callsAfterCompletion(judgedRun), judgedRun.context).toEqual([]);
  });

  test('every attempt calls its functions once at most, with what the oracle says', () => {
    for (const judgedRun of judged) {
      expect.soft(differencesOfCalls(judgedRun, { losesWorkers: true }), judgedRun.context).toEqual([]);
    }
  });

  test('no order that was acknowledged is lost', () => {
    for (const { orders, snapshot } of runs) {
      for (const { verb, task, updateId, answer } of orders) {
        if (answer !== 'carriedOut') continue;
        const line = snapshot.audit.find((entry) => entry.updateId === updateId);
        expect.soft(line, `${verb} of ${snapshot.workflowId}`).toMatchObject({ verb, task, refused: undefined });
      }
    }
  });

  test('it was chaos: kills, lost attempts, orders, and runs that continued as new', () => {
    const histories = judged.flatMap(({ recorded }) => recorded.histories);
    const lost = histories.flat().filter((event) => event.activityTaskTimedOutEventAttributes);
    const retried = histories.flat().filter((event) => (event.activityTaskStartedEventAttributes?.attempt ?? 1) > 1);
    const carriedOut = runs.flatMap(({ orders }) => orders).filter(({ answer }) => answer === 'carriedOut');
    const continued = runs.filter(({ histories }) => histories.length > 1);
    console.log(
      `chaos: ${killed.length} kills, ${killed.filter((name) => name === 'server').length} of the server; ` +
        `${judged.reduce((sum, { calls }) => sum + calls.length, 0)} calls, ${lost.length + retried.length} lost or tried again; ` +
        `${carriedOut.length} orders; ${continued.length} runs continued as new`,
    );
    expect(killed).toContain('server');
    for (const found of [killed, retried, carriedOut, continued]) expect(found.length).toBeGreaterThan(0);
  });
});
