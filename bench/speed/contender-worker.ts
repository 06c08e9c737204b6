// A contender's worker in a process of its own: `node --import tsx contender-worker.ts '<ContenderSettings as JSON>'`.
import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { createWorker } from 'pawl/worker';
import { installQuietRuntime } from '../measure/quiet-runtime.js';
import { serveWorker } from '../measure/serve-worker.js';
import type { Contender } from './contenders.js';
import { activities } from './hand-activities.js';
import { pawlWorkflow } from './pawl-workflows.js';
import { WORKLOADS } from './workloads.js';

export interface ContenderSettings {
  readonly address: string;
  readonly contender: Pick<Contender, 'taskQueue' | 'written'>;
  /** The bundle of the workflows that are written by hand, built before. */
  readonly handBundle: string;
}

/** Those that Pawl sets where a worker does not: the same for all. */
const OPTIONS: Partial<WorkerOptions> = {
  shutdownGraceTime: '10s',
  shutdownForceTime: '30s',
  stickyQueueScheduleToStartTimeout: '2s',
  maxHeartbeatThrottleInterval: '2s',
  defaultHeartbeatThrottleInterval: '2s',
};

const { address, contender, handBundle } = JSON.parse(process.argv[2] ?? '') as ContenderSettings;
installQuietRuntime();
const connection = await NativeConnection.connect({ address });
await serveWorker(await makeWorker());
await connection.close();
process.disconnect?.();

async function makeWorker(): Promise<Worker> {
  const { taskQueue, written } = contender;
  switch (written.by) {
    case 'hand':
      return Worker.create({ ...OPTIONS, connection, taskQueue, activities, workflowBundle: { codePath: handBundle } });
    case 'pawl': {
      const workflows = WORKLOADS.map((workload) => pawlWorkflow(workload, written.placement));
      return createWorker({ ...OPTIONS, connection, taskQueue, workflows });
    }
  }
}
