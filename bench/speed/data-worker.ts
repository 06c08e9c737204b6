// A worker of the data workload in a process of its own: `node --import tsx data-worker.ts '<DataSettings as JSON>'`.
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } from '@temporalio/worker';
import { createWorker } from 'pawl/worker';
import { installQuietRuntime } from '../measure/quiet-runtime.js';
import { serveWorker } from '../measure/serve-worker.js';
import { manyOutputs, manyReaders } from './data-workflows.js';
import { dataActivities } from './hand-data-activities.js';

export interface DataSettings {
  readonly address: string;
  readonly taskQueue: string;
  readonly by: 'hand' | 'pawl';
}

const { address, taskQueue, by } = JSON.parse(process.argv[2] ?? '') as DataSettings; // from measure-data.ts
installQuietRuntime();
const connection = await NativeConnection.connect({ address });
await serveWorker(by === 'pawl' ? await pawlWorker() : await handWorker());
await connection.close();
process.disconnect?.();

function pawlWorker(): Promise<Worker> {
  return createWorker({ connection, taskQueue, workflows: [manyReaders, manyOutputs] });
}

async function handWorker(): Promise<Worker> {
  const workflowsPath = fileURLToPath(new URL('./hand-data-workflow.ts', import.meta.url));
  const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  return Worker.create({ connection, taskQueue, activities: dataActivities, workflowBundle });
}
