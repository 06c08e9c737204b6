// A worker in a process of its own, so that its memory is its own: `node --import tsx worker-script.ts '<WorkerSettings as JSON>'`.
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { createWorker } from 'pawl/worker';
import { serveWorker } from '../measure/serve-worker.js';
import { items, layers } from './workflows.js';

export interface WorkerSettings {
  readonly address: string;
  /** The sizes of the workflows that it serves, see workflows.ts. */
  readonly layers: readonly number[];
  readonly items: readonly number[];
}

const settings = JSON.parse(process.argv[2] ?? '') as WorkerSettings; // from scale.ts
Runtime.install({ logger: new DefaultLogger('WARN') });
const connection = await NativeConnection.connect({ address: settings.address });
const worker = await createWorker({
  connection,
  workflows: [...settings.layers.map(layers), ...settings.items.map(items)],
});
await serveWorker(worker);
await connection.close();
process.disconnect?.();
