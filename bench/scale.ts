// How runs grow: `npm run scale`, after a build. It takes some ten minutes; `npm run scale -- --only graphs` or `--only map` a part of them.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Runtime } from '@temporalio/worker';
import { OrchestrationEngine } from 'pawl';
import { type DevServer, startDevServer } from 'pawl/worker';
import { cpuTimeOf } from './measure/cpu-time-of.js';
import { type Criterion, printCriteria } from './measure/criterion.js';
import { WorkerProcess } from './measure/worker-process.js';
import { type CpuTimes, type MeasuredRun, measureRun } from './scale/measure-run.js';
import { judgeGrowth, judgeRuns, printMachine, printRun } from './scale/report.js';
import type { WorkerSettings } from './scale/worker-script.js';
import { items, itemsOutputs, layers, layersOutputs } from './scale/workflows.js';

const SMALL = 1_000;
const LARGE = 10_000;
const ITEMS = 100_000;
/** The first warms up. The large ones stand between small ones, so that what else the machine does meets both. */
const SIZES = [SMALL, SMALL, SMALL, LARGE, SMALL, SMALL, LARGE, SMALL, SMALL];

async function measureGraphs(engine: OrchestrationEngine, server: DevServer): Promise<Criterion[]> {
  await using worker = await startWorker({ address: server.address, layers: [SMALL, LARGE], items: [] });
  const definitions = new Map([SMALL, LARGE].map((size) => [size, layers(size)]));
  const runs: MeasuredRun[] = [];
  for (const size of SIZES) {
    const run = await measureRun(engine, definitions.get(size) ?? layers(size), size, layersOutputs(size), () =>
      cpuTimes(worker, server),
    );
    printRun(run);
    runs.push(run);
  }
  const [, ...warm] = runs;
  const ofSize = (wanted: number) => warm.filter(({ size }) => size === wanted);
  return [
    ...judgeRuns('graphs', runs, (await worker.usage()).peakMemory),
    ...judgeGrowth(ofSize(SMALL), ofSize(LARGE)),
  ];
}

async function measureMap(engine: OrchestrationEngine, server: DevServer): Promise<Criterion[]> {
  await using worker = await startWorker({ address: server.address, layers: [], items: [ITEMS] });
  const run = await measureRun(engine, items(ITEMS), ITEMS, itemsOutputs(ITEMS), () => cpuTimes(worker, server));
  printRun(run);
  return judgeRuns('map', [run], (await worker.usage()).peakMemory);
}

function startWorker(settings: WorkerSettings): Promise<WorkerProcess> {
  return WorkerProcess.start(new URL('./scale/worker-script.ts', import.meta.url), settings);
}

async function cpuTimes(worker: WorkerProcess, server: DevServer): Promise<CpuTimes> {
  return { worker: (await worker.usage()).cpu, server: cpuTimeOf(server.pid) };
}

const { only } = parseArgs({ options: { only: { type: 'string' } } }).values;
Runtime.install({ logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} } });
const folder = await mkdtemp(join(tmpdir(), 'pawl-scale-'));
try {
  await using server = await startDevServer({ dbFilename: join(folder, 'server.db') });
  const engine = await OrchestrationEngine.connect({ address: server.address });
  const { serverVersion } = await engine.client.workflowService.getSystemInfo({});
  printMachine(serverVersion);
  const criteria: Criterion[] = [];
  if (only !== 'map') criteria.push(...(await measureGraphs(engine, server)));
  if (only !== 'graphs') criteria.push(...(await measureMap(engine, server)));
  await engine.close();
  process.exitCode = printCriteria(criteria) ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
