import { setTimeout as delay } from 'node:timers/promises';
import type { OrchestrationEngine } from 'pawl';
import type { DemoWorker } from './demo-worker.js';

/** Milliseconds between two looks. */
const INTERVAL = 100;

/**
 * A run may well be started before its worker; this is so that the time that a worker takes to start is not shown as the run's.
 *
 * @throws Error if the worker ends instead
 */
export async function waitForWorker(engine: OrchestrationEngine, worker: DemoWorker): Promise<void> {
  let lost: string | undefined;
  worker.onLost((how) => {
    lost = how;
  });
  for (;;) {
    const { workers } = await engine.health();
    if (workers.some(({ identity }) => identity.startsWith(`${worker.pid}@`))) return;
    if (lost !== undefined) throw new Error(`the worker has not started: ${lost}`);
    await delay(INTERVAL);
  }
}
