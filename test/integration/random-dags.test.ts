import { Worker } from '@temporalio/worker';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { rebuildSnapshot } from '../../src/client/history-reader.js';
import { SNAPSHOT_MEMO } from '../../src/core/protocol.js';
import { readTasks, type WireSnapshot } from '../../src/core/snapshot.js';
import { compile, type OrchestrationEngine, RunFailedError, type RunSnapshot } from '../../src/index.js';
import { PawlPlugin } from '../../worker/index.js';
import { describePlan } from '../model/describe-plan.js';
import type { Oracle } from '../model/oracle.js';
import { type HandlerEntry, HandlerLog } from '../support/handler-log.js';
import {
  arbitraryDag,
  arbitraryLocalDag,
  at,
  defineDag,
  expectedValues,
  fateOf,
  type RandomDag,
} from '../support/random-dag.js';
import { chooseSeed } from '../support/random-seed.js';
import { replayIntoOracle } from '../support/replay-into-oracle.js';
import { type HistoryEvent, historyOf, payloadsOf } from '../support/run-history.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

interface FinishedRun {
  readonly name: string;
  readonly dag: RandomDag;
  readonly result: unknown;
  readonly snapshot: RunSnapshot;
  readonly history: readonly HistoryEvent[];
  readonly memo: WireSnapshot | undefined;
  readonly rebuilt: WireSnapshot | undefined;
  readonly entries: readonly HandlerEntry[];
  readonly oracle: Oracle;
}

const RUNS = 500;
const LOCAL_RUNS = 200;
const AT_ONCE = 20;
const seed = chooseSeed('random DAGs');

describe.each([
  ['500 random DAGs of up to 30 tasks', RUNS, arbitraryDag(30, { failures: true }), false],
  ['200 random DAGs of up to 30 tasks, some of which or all are local', LOCAL_RUNS, arbitraryLocalDag(30), true],
] as const)('%s', (_, numRuns, arbitrary, isReplayed) => {
  let runs: readonly FinishedRun[] = [];

  beforeAll(async () => {
    runs = await runAll(fc.sample(arbitrary, { numRuns, seed }));
  }, 600_000);

  test('cover every policy, both schedulings, completed and failed runs', () => {
    const seen = new Set(
      runs.flatMap(({ dag, snapshot }) => [dag.plan.onFailure, dag.plan.scheduling, snapshot.status]),
    );
    expect([...seen].sort()).toEqual(['cancel', 'completed', 'continue', 'failed', 'frontier', 'stop', 'waves']);
  });

  test('end as the oracle says, each task in the same state after the same attempts', () => {
    for (const { name, dag, snapshot, oracle } of runs) {
      expect(snapshot.status, describeRun(name, dag)).toBe(oracle.outcome());
      const said = snapshot.tasks.map(({ id, state, attempts }) => `${id} ${state} ${attempts}`);
      const expected = oracle.nodes.map(
        ({ index, state, attempts }) => `${dag.plan.tasks[index]?.id} ${state} ${attempts}`,
      );
      expect(said, describeRun(name, dag)).toEqual(expected);
    }
  });

  test('name their failed tasks, or give the value of each output', () => {
    for (const { name, dag, snapshot, result } of runs) {
      if (snapshot.status === 'completed') {
        const values = expectedValues(dag.plan);
        const outputs = Object.entries(dag.plan.outputs).map(([output, index]) => [output, values[index]]);
        expect(result, describeRun(name, dag)).toEqual(Object.fromEntries(outputs));
      } else {
        expect(result).toBeInstanceOf(RunFailedError);
        const failed = (result as RunFailedError).details?.failed.map(({ task }) => task);
        expect(failed).toEqual(snapshot.tasks.filter(({ state }) => state === 'failed').map(({ id }) => id));
      }
    }
  });

  test('enter a handler once for each attempt, after its needs, with their values', () => {
    for (const { name, dag, snapshot, entries, history } of runs) {
      const context = describeRun(name, dag);
      // A workflow task that is done again repeats its local tasks.
      const isRepeated = isReplayed && history.some(isUndoneWorkflowTask);
      const values = expectedValues(dag.plan);
      dag.plan.tasks.forEach(({ id, needs, as }, index) => {
        const { state, attempts } = at(snapshot.tasks, index);
        const entered = entries.filter(({ task, what }) => task === id && what === 'entered');
        const all = entered.map(({ attempt }) => attempt);
        const runs = isRepeated ? [...new Set(all)] : all;
        // Of a task that was cancelled between two attempts Temporal does not record that there was one.
        // Nor has a local task begun that was cancelled while it waited for a free slot of its worker.
        const isLost = state === 'cancelled' && (isReplayed || (attempts === 0 && fateOf(dag, id) !== 'succeeds'));
        const counted = isLost ? entered.length : attempts;
        const found = `${id}, ${state} after ${attempts} attempts, entered ${all}`;
        const expected = Array.from({ length: counted }, (_, n) => n + 1);
        // A worker that was held up for as long as an attempt may take gives that up before it has begun.
        const missed = history.some(isTimedOutAttempt) ? expected.filter((attempt) => !runs.includes(attempt)) : [];
        const accounted = missed.length === 0 ? runs : [...runs, ...missed].sort((a, b) => a - b);
        expect(accounted, `${found}, in ${context}`).toEqual(expected);
        for (const entry of entered) {
          const named = needs.map((need, n) => [as?.[n] ?? dag.plan.tasks[need]?.id, values[need]]);
          expect(entry.needs, `needs of ${id} in ${context}`).toEqual(Object.fromEntries(named));
          for (const need of needs) {
            const needed = dag.plan.tasks[need]?.id;
            const isLeft = ({ task, what }: HandlerEntry) => task === needed && what === 'left';
            const left = isRepeated ? entries.findIndex(isLeft) : entries.findLastIndex(isLeft);
            expect(left, `${needed} before ${id} in ${context}`).toBeGreaterThanOrEqual(0);
            expect(left, `${needed} before ${id} in ${context}`).toBeLessThan(entries.indexOf(entry));
          }
        }
      });
    }
  });

  test('never have more tasks in flight than maxConcurrentTasks', () => {
    for (const { name, dag, history } of runs) {
      let inFlight = 0;
      for (const event of history) {
        if (event.activityTaskScheduledEventAttributes) inFlight++;
        const ended =
          event.activityTaskCompletedEventAttributes ??
          event.activityTaskFailedEventAttributes ??
          event.activityTaskCanceledEventAttributes;
        if (ended) inFlight--;
        expect(inFlight, describeRun(name, dag)).toBeLessThanOrEqual(dag.plan.maxConcurrentTasks);
      }
    }
  });

  // The order in which a worker hears of local tasks that end together is another in a replay, if something depends on it.
  test.runIf(isReplayed)(
    'come to the same end where another worker replays them',
    async () => {
      const histories = runs.map(({ snapshot, history }) => ({
        workflowId: snapshot.workflowId,
        history: { events: [...history] },
      }));
      const failed: string[] = [];
      const options = { plugins: [new PawlPlugin({ workflows: [] })] };
      for await (const { workflowId, error } of Worker.runReplayHistories(options, histories)) {
        if (error !== undefined) failed.push(`${workflowId}, seed ${seed}: ${error.message}`);
      }
      expect(failed).toEqual([]);
    },
    120_000,
  );

  test('are told by their history just as by what the memo kept', () => {
    for (const { name, dag, memo, rebuilt } of runs) {
      expect(rebuilt && withoutTimes(rebuilt), describeRun(name, dag)).toEqual(memo && withoutTimes(memo));
    }
  });
});

test('a random DAG of 1,000 tasks completes, and each handler ran once, with the values of its needs', async () => {
  const [dag] = fc.sample(
    arbitraryDag(1_000, { failures: false }).filter(({ plan }) => plan.tasks.length > 900),
    { numRuns: 1, seed },
  );
  if (dag === undefined) throw new Error('no sample');
  const whole: RandomDag = { ...dag, plan: { ...dag.plan, maxConcurrentTasks: 500 } };
  const [run] = await runAll([whole]);
  if (run === undefined) throw new Error('no run');
  const { tasks } = run.dag.plan;
  expect(run.snapshot.counts.succeeded).toBe(tasks.length);
  const values = expectedValues(run.dag.plan);
  const got = new Map(run.entries.filter(({ what }) => what === 'entered').map(({ task, needs }) => [task, needs]));
  expect(run.entries).toHaveLength(2 * tasks.length);
  for (const { id, needs, as } of tasks) {
    const named = needs.map((need, n) => [as?.[n] ?? tasks[need]?.id, values[need]]);
    expect(got.get(id), id).toEqual(Object.fromEntries(named));
  }
}, 120_000);

function isTimedOutAttempt({ markerRecordedEventAttributes: marker }: HistoryEvent): boolean {
  return Boolean(marker?.failure?.timeoutFailureInfo ?? marker?.failure?.cause?.timeoutFailureInfo);
}

/** Temporal refuses what a workflow task leads to where something has reached the run meanwhile. */
function isUndoneWorkflowTask(event: HistoryEvent): boolean {
  return Boolean(event.workflowTaskFailedEventAttributes ?? event.workflowTaskTimedOutEventAttributes);
}

async function runAll(dags: readonly RandomDag[]): Promise<FinishedRun[]> {
  await using engine = await connectEngine();
  const log = new HandlerLog();
  const definitions = dags.map((dag, n) => defineDag(`dag${n}`, dag, log));
  const left = [...dags.entries()];
  const finished: Omit<FinishedRun, 'entries'>[] = [];
  const work = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [n, dag] = next;
      finished.push(await runOne(engine, dag, at(definitions, n)));
    }
  };
  await withWorker(engine, definitions, () => Promise.all(Array.from({ length: AT_ONCE }, work)));
  const entries = log.readByRun();
  log.delete();
  return finished.map((run) => ({ ...run, entries: entries.get(run.snapshot.workflowId) ?? [] }));
}

async function runOne(engine: OrchestrationEngine, dag: RandomDag, definition: ReturnType<typeof defineDag>) {
  const plan = compile(definition);
  const run = await engine.start(definition);
  const result: unknown = await run.result().catch((error: unknown) => error);
  const [snapshot, history, description] = await Promise.all([
    run.status(),
    historyOf(engine, run),
    engine.client.workflow.getHandle(run.id, run.runId).describe(),
  ]);
  const { oracle } = await replayIntoOracle([history], payloadsOf(engine));
  return {
    oracle,
    name: definition.name,
    dag: { ...dag, plan },
    result,
    snapshot,
    history,
    memo: description.memo?.[SNAPSHOT_MEMO] as WireSnapshot | undefined,
    rebuilt: await rebuildSnapshot(history, payloadsOf(engine)),
  };
}

/** All but the times: history has the server's clock, the memo the workflow's. */
function withoutTimes(snapshot: WireSnapshot) {
  return readTasks(snapshot).map(({ id, state, attempts, cause }) => ({ id, state, attempts, cause }));
}

function describeRun(name: string, dag: RandomDag): string {
  const failing = dag.plan.tasks
    .map(({ id }) => `${id} ${fateOf(dag, id)}`)
    .filter((fate) => !fate.endsWith('succeeds'));
  return `${name}, seed ${seed}: ${describePlan(dag.plan)}; ${failing.join(', ')}`;
}
