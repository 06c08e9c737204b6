// A worker of graphs of several sizes in a process of its own: `node --import tsx growing-worker.ts '<GrowingSettings as JSON>'`.
import { NativeConnection } from '@temporalio/worker';
import { createWorker } from 'pawl/worker';
import { installQuietRuntime } from '../measure/quiet-runtime.js';
import { serveWorker } from '../measure/serve-worker.js';
import { layers } from '../scale/workflows.js';

export interface GrowingSettings {
  readonly address: string;
  readonly taskQueue: string;
  /** Tasks of each graph. */
  readonly sizes: readonly number[];
}

const { address, taskQueue, sizes } = JSON.parse(process.argv[2] ?? '') as GrowingSettings; // from measure-replay.ts
installQuietRuntime();
const connection = await NativeConnection.connect({ address });
await serveWorker(await createWorker({ connection, taskQueue, workflows: sizes.map(layers) }));
await connection.close();
process.disconnect?.();
