import { isDeepStrictEqual } from 'node:util';
import type { WorkflowHandle } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { compile } from 'pawl';
import { PawlPlugin } from 'pawl/worker';
import { median } from '../measure/statistics.js';
import { WorkerProcess } from '../measure/worker-process.js';
import { layers, layersOutputs } from '../scale/workflows.js';
import type { GrowingSettings } from './growing-worker.js';
import type { Bench, Findings } from './section.js';

const TASK_QUEUE = 'bench-growth';
/** A graph whose history has a little more than 10,000 events. */
const REPLAYED = 3_150;
const LEAST_EVENTS = 10_000;
const MOST_REPLAY_MILLISECONDS = 3_000;
const REPLAYS = 3;
/** Tasks, and how many runs of so many are measured after one that warms up. */
const SIZES = [
  { tasks: 100, runs: 10 },
  { tasks: 1_000, runs: 3 },
  { tasks: 10_000, runs: 1 },
] as const;
const MOST_GROWTH = 1.3;

/** What a long history costs: its replay, and each event of an execution that its worker has in memory. */
export async function measureReplay(bench: Bench): Promise<Findings> {
  const sizes = [...SIZES.map(({ tasks }) => tasks), REPLAYED];
  const settings: GrowingSettings = { address: bench.server.address, taskQueue: TASK_QUEUE, sizes };
  await using worker = await WorkerProcess.start(new URL('./growing-worker.ts', import.meta.url), settings);
  const replay = await measureReplays(bench);
  const growth = await measureGrowth(bench, worker);
  return { criteria: [...replay.criteria, ...growth.criteria], figures: [replay.figures, growth.figures] };
}

async function measureReplays(bench: Bench): Promise<Findings> {
  const run = await runLayers(bench, REPLAYED, 'replayed');
  const history = await run.fetchHistory();
  const events = history.events?.length ?? 0;
  const times: number[] = [];
  // tsx turns them on, and Node then looks for the map of each function that the SDK's promise hook makes: a program that is compiled has nothing of it.
  process.setSourceMapsEnabled(false);
  try {
    for (let replay = 0; replay < REPLAYS; replay++) {
      const began = performance.now();
      const plugins = [new PawlPlugin({ workflows: [layers(REPLAYED)] })];
      await Worker.runReplayHistory({ plugins }, history, run.workflowId);
      times.push(performance.now() - began);
    }
  } finally {
    process.setSourceMapsEnabled(true);
  }
  console.log(`replay of ${events} events, of ${REPLAYED} tasks: ${median(times).toFixed(0)} ms`);
  return {
    criteria: [
      {
        what: `replay of a history of ${LEAST_EVENTS} events < ${MOST_REPLAY_MILLISECONDS} ms`,
        measured: `${events} events in ${median(times).toFixed(0)} ms`,
        holds: events >= LEAST_EVENTS && median(times) < MOST_REPLAY_MILLISECONDS,
      },
    ],
    figures: { events, times },
  };
}

async function measureGrowth(bench: Bench, worker: WorkerProcess): Promise<Findings> {
  const figures: { tasks: number; events: number; cpuPerEvent: number }[] = [];
  for (const { tasks, runs } of SIZES) {
    if (runs > 1) await runLayers(bench, tasks, `${tasks}-warm-up`);
    const costs: number[] = [];
    let events = 0;
    for (let n = 0; n < runs; n++) {
      const before = await worker.usage();
      const run = await runLayers(bench, tasks, `${tasks}-${n}`);
      const after = await worker.usage();
      events = (await run.describe()).historyLength;
      costs.push((after.cpu - before.cpu) / events);
    }
    const cpuPerEvent = median(costs);
    console.log(
      `${tasks} tasks, ${events} events: ${cpuPerEvent.toFixed(3)} ms of the worker's processor time an event`,
    );
    figures.push({ tasks, events, cpuPerEvent });
  }
  console.log();
  const small = figures[0];
  const large = figures.at(-1);
  const growth = (large?.cpuPerEvent ?? Number.NaN) / (small?.cpuPerEvent ?? Number.NaN);
  return {
    criteria: [
      {
        what: `cost per event of a cached execution, ${large?.tasks} to ${small?.tasks} tasks <= ${MOST_GROWTH}`,
        measured: growth.toFixed(2),
        holds: growth <= MOST_GROWTH,
      },
    ],
    figures,
  };
}

/** In one execution, however long its history grows. */
async function runLayers({ engine }: Bench, tasks: number, name: string): Promise<WorkflowHandle> {
  const plan = compile(layers(tasks));
  const envelope = { protocol: plan.protocol, plan, continueAfter: Number.MAX_SAFE_INTEGER };
  const run = await engine.client.workflow.start(plan.workflow, {
    workflowId: `growth-${name}`,
    taskQueue: TASK_QUEUE,
    args: [undefined, envelope],
  });
  if (!isDeepStrictEqual(await run.result(), layersOutputs(tasks))) throw new Error(`${name}: the outputs are wrong`);
  return run;
}
