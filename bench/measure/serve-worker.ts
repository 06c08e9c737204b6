import type { Worker } from '@temporalio/worker';
import { readUsage } from './usage.js';
import type { FromWorker, ToWorker } from './worker-process.js';

/** Runs the worker of a process that `WorkerProcess` has started, until it is told to stop or the benchmark is gone. */
export async function serveWorker(worker: Worker): Promise<void> {
  process.once('disconnect', () => process.exit());
  process.on('message', (message: ToWorker) => {
    if (message === 'usage') tell({ kind: 'usage', usage: readUsage() });
    else worker.shutdown();
  });
  tell({ kind: 'ready' });
  await worker.run();
}

function tell(message: FromWorker): void {
  process.send?.(message);
}
