// How much of a workflow task the rendering of a run's current details takes: `npm run bench:details`, after a build.
import { cpus } from 'node:os';
import { NativeConnection, Runtime } from '@temporalio/worker';
import { OrchestrationEngine, type TaskHandle, workflow } from 'pawl';
import { createWorker, startDevServer } from 'pawl/worker';
import { renderRunDetails } from '../src/core/details/run-details.js';
import { Scheduler } from '../src/core/scheduler.js';
import { compile } from '../src/define/compile.js';

const RENDERINGS = 500;
const LENGTHS = [10, 50, 200];

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** A line of tasks: each of them has a workflow task of its own, which is where rendering costs the most. */
const line = (length: number) =>
  workflow(`line-${length}`, {}, ({ task }) => {
    let before: TaskHandle<number, number, undefined> | undefined;
    for (let i = 0; i < length; i++)
      before = task(`task-${i}`, { needs: before === undefined ? {} : { before }, run: () => i });
  });

function renderingTimes(length: number): number[] {
  const scheduler = new Scheduler(compile(line(length)));
  scheduler.apply({ kind: 'runStarted', at: 0 });
  return Array.from({ length: RENDERINGS }, () => {
    const start = performance.now();
    renderRunDetails(scheduler);
    return performance.now() - start;
  });
}

/** Milliseconds from the start to the completion of each workflow task of a run, as the server saw them. */
async function workflowTaskTimes(engine: OrchestrationEngine, length: number): Promise<number[]> {
  const run = await engine.start(line(length));
  await run.result();
  const { events } = await engine.client.workflow.getHandle(run.id).fetchHistory();
  const milliseconds = (time: { seconds?: unknown; nanos?: number | null } | null | undefined) =>
    Number(time?.seconds ?? 0) * 1_000 + (time?.nanos ?? 0) / 1e6;
  return (events ?? []).flatMap((event, i) => {
    if (!event.workflowTaskCompletedEventAttributes) return [];
    return [milliseconds(event.eventTime) - milliseconds(events?.[i - 1]?.eventTime)];
  });
}

Runtime.install({ logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} } });
const server = await startDevServer({ dbFilename: 'memory' });
const connection = await NativeConnection.connect({ address: server.address });
const engine = await OrchestrationEngine.connect({ address: server.address });
const worker = await createWorker({ connection, workflows: LENGTHS.map(line) });
console.log(`${cpus().length} x ${cpus()[0]?.model.trim()}, Node ${process.version}; medians`);
await worker.runUntil(async () => {
  for (const length of LENGTHS) {
    const rendering = median(renderingTimes(length));
    const task = median(await workflowTaskTimes(engine, length));
    // Above 50 tasks only some idle moments are rendered, see src/core/details/details-schedule.ts.
    const share = rendering / Math.ceil(length / 50) / task;
    console.log(
      `${String(length).padStart(4)} tasks: a rendering ${rendering.toFixed(3)} ms, a workflow task ${task.toFixed(2)} ms, rendering in it ${(100 * share).toFixed(1)} %`,
    );
  }
});
await engine.close();
await connection.close();
await server.stop();
