import { randomUUID } from 'node:crypto';
import { NativeConnection, Runtime, type Worker } from '@temporalio/worker';
import { inject } from 'vitest';
import { type EngineOptions, OrchestrationEngine, type WorkflowDefinition } from '../../src/index.js';
import { type CreateWorkerOptions, createWorker } from '../../worker/index.js';

Runtime.install({ logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} } });

/** An engine on a task queue of its own. */
export async function connectEngine(
  taskQueue = `test-${randomUUID()}`,
  options: Pick<EngineOptions, 'storage'> = {},
): Promise<OrchestrationEngine> {
  return OrchestrationEngine.connect({ address: inject('temporalAddress'), taskQueue, ...options });
}

/** Runs a worker on the engine's task queue for as long as `use` takes. */
export async function withWorker<T>(
  engine: OrchestrationEngine,
  workflows: readonly WorkflowDefinition[],
  use: (worker: Worker) => Promise<T>,
  options: Partial<CreateWorkerOptions> = {},
): Promise<T> {
  const connection = await NativeConnection.connect({ address: inject('temporalAddress') });
  try {
    const worker = await createWorker({
      connection,
      taskQueue: engine.taskQueue,
      workflows,
      shutdownGraceTime: 0,
      ...options,
    });
    return await worker.runUntil(use(worker));
  } finally {
    await connection.close();
  }
}
