// A worker in a process of its own, so that its memory is its own: `node --import tsx worker-script.ts '<WorkerSettings as JSON>'`.
import { readFileSync } from 'node:fs';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { createWorker } from 'pawl/worker';
import type { FromWorker, ToWorker, WorkerSettings } from './worker-process.js';
import { items, layers } from './workflows.js';

const settings = JSON.parse(process.argv[2] ?? '') as WorkerSettings; // from worker-process.ts
process.once('disconnect', () => process.exit()); // the benchmark is gone

Runtime.install({ logger: new DefaultLogger('WARN') });
const connection = await NativeConnection.connect({ address: settings.address });
const worker = await createWorker({
  connection,
  workflows: [...settings.layers.map(layers), ...settings.items.map(items)],
});
process.on('message', (message: ToWorker) => {
  if (message === 'usage') tell({ kind: 'usage', usage: { cpu: cpuTime(), peakMemory: peakMemory() } });
  else worker.shutdown();
});
tell({ kind: 'ready' });
await worker.run();
await connection.close();
process.disconnect?.();

function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** Bytes. Linux counts into `maxRSS` what the process was before it became Node. */
function peakMemory(): number {
  const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '';
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS;
  return Number(kibibytes) * 1_024;
}

function tell(message: FromWorker): void {
  process.send?.(message);
}
