// A worker that starts in a fresh process and says how long that took: `node --import tsx starting-worker.ts '<StartSettings as JSON>'`.
import { Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createWorker } from 'pawl/worker';
import { installQuietRuntime } from '../measure/quiet-runtime.js';
import { activities } from './hand-activities.js';
import { HAND_WORKFLOWS } from './hand-bundle.js';
import { pawlWorkflow } from './pawl-workflows.js';
import { WORKLOADS } from './workloads.js';

export interface StartSettings {
  readonly address: string;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly way: 'pawl' | 'bundling';
}

/** Milliseconds between two looks; what counts is the time at which the server saw the poll. */
const LOOK_INTERVAL = 10;
/** Temporal's TASK_QUEUE_TYPE_WORKFLOW; its enum is in a CommonJS module whose names ESM can't import. */
const WORKFLOW_TASKS = 1;

const { address, namespace, taskQueue, way } = JSON.parse(process.argv[2] ?? '') as StartSettings; // from measure-start.ts
installQuietRuntime();
const observer = await Connection.connect({ address });
const definitions = WORKLOADS.map((workload) => pawlWorkflow(workload, 'activity'));
process.env.TEMPORAL_ADDRESS = address;

const began = Date.now();
const worker = way === 'pawl' ? await createWorker({ workflows: definitions, taskQueue }) : await bundlingWorker();
const running = worker.run();
console.log(JSON.stringify((await firstPoll()) - began));
worker.shutdown();
await running;
process.exit();

async function bundlingWorker(): Promise<Worker> {
  const connection = await NativeConnection.connect({ address });
  return Worker.create({ connection, taskQueue, activities, workflowsPath: HAND_WORKFLOWS });
}

/** Milliseconds since the epoch, by the server's clock, which is this machine's. */
async function firstPoll(): Promise<number> {
  for (;;) {
    const { pollers } = await observer.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: taskQueue },
      taskQueueType: WORKFLOW_TASKS,
    });
    const times = (pollers ?? []).flatMap(({ lastAccessTime: at }) =>
      at ? [Number(at.seconds) * 1_000 + (at.nanos ?? 0) / 1e6] : [],
    );
    if (times.length > 0) return Math.min(...times);
    await new Promise((resolve) => setTimeout(resolve, LOOK_INTERVAL));
  }
}
