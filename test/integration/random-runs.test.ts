import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VERBS } from '../../src/core/order.js';
import { NODE_KINDS } from '../../src/core/plan.js';
import { differencesFromOracle, differencesOfResult } from '../support/random-runs/as-oracle.js';
import { differencesOfCalls } from '../support/random-runs/called-as-oracle.js';
import { defineRandomRuns } from '../support/random-runs/define-random-runs.js';
import { type FinishedRandomRun, finishAll } from '../support/random-runs/finished-run.js';
import { type JudgedRun, judgeRuns } from '../support/random-runs/judged-run.js';
import { arbitraryRun } from '../support/random-runs/random-run.js';
import { chooseSeed } from '../support/random-seed.js';
import { payloadsOf } from '../support/run-history.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

const RUNS = 300;

describe(`${RUNS} random runs with nodes of every kind, rules, policies, and an operator who interferes`, () => {
  const seed = chooseSeed('random runs');
  let folder: string;
  let runs: readonly FinishedRandomRun[] = [];
  let judged: readonly JudgedRun[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pawl-test-'));
    const log = join(folder, 'calls.log');
    const randoms = fc.sample(arbitraryRun({ maxTasks: 7, pace: 150, continued: 1 }), { numRuns: RUNS, seed });
    const random = defineRandomRuns(randoms, { log, begin: Date.now(), heartbeatTimeout: 5_000 });
    const definitions = random.map(({ definition }) => definition);
    await using engine = await connectEngine();
    await withWorker(engine, definitions, async () => {
      runs = await finishAll(engine, random, { atOnce: 50, interval: 250 });
    });
    judged = await judgeRuns(runs, { log, payloads: payloadsOf(engine), seed });
  }, 600_000);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('end as the oracle says after what history says of them, each node and item in the same state', () => {
    for (const { recorded, replayed, context } of judged) {
      expect.soft(differencesFromOracle(recorded, replayed), context).toEqual([]);
    }
  });

  test('give the outputs that it says, or fail', () => {
    for (const { run, replayed, context } of judged) {
      if (run !== undefined) expect.soft(differencesOfResult(run.result, replayed), context).toEqual([]);
    }
  });

  test('call each function once for each attempt, with what it says', () => {
    for (const judgedRun of judged) expect.soft(differencesOfCalls(judgedRun), judgedRun.context).toEqual([]);
  });

  test('keep every order that was acknowledged in their audit trail, and why one failed', () => {
    for (const { orders, snapshot } of runs) {
      for (const { verb, updateId, answer } of orders) {
        const line = snapshot.audit.find((entry) => entry.updateId === updateId);
        if (answer === 'carriedOut') expect(line).toMatchObject({ verb, refused: undefined });
        if (answer === 'failed') expect(line).toMatchObject({ verb, refused: expect.any(String) });
      }
    }
  });

  test('are of every kind: nodes, outcomes, orders, executions that continue each other', () => {
    const met = new Set<string>();
    for (const { replayed, recorded } of judged) {
      met.add(recorded.snapshot.status);
      if (recorded.histories.length > 1) met.add('continued');
      for (const { planned, state } of replayed.oracle.nodes) if (state === 'succeeded') met.add(planned.kind);
      for (const { verb } of recorded.snapshot.audit) met.add(verb);
    }
    const expected = ['completed', 'failed', 'cancelled', 'continued', ...NODE_KINDS, ...VERBS];
    expect([...met].sort()).toEqual(expected.sort());
  });
});
