import { randomUUID } from 'node:crypto';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { OrchestrationEngine, type WorkflowDefinition } from 'pawl';
import { connectOrStartDevServer, createWorker } from 'pawl/worker';

/**
 * Gives `use` an engine, and runs a worker for these workflows as long as that takes: client and worker in one process, which is
 * fine for an example. The Temporal server is the one that TEMPORAL_ADDRESS names; without it, one that is started for this.
 */
export async function withWorker<T>(
  workflows: readonly WorkflowDefinition[],
  use: (engine: OrchestrationEngine) => Promise<T>,
): Promise<T> {
  Runtime.install({
    logger: new DefaultLogger('ERROR'), // what fails here is shown by the example itself
    shutdownSignals: [], // Ctrl-C ends the example at once, with the server that it has started
  });
  await using server = await connectOrStartDevServer({ onProgress: (progress) => console.log(progress) });
  const { address, namespace, uiUrl } = server;
  // Of its own, so that no other worker on this server takes the example's tasks.
  const taskQueue = `pawl-example-${randomUUID()}`;
  await using engine = await OrchestrationEngine.connect({ address, namespace, taskQueue, ...(uiUrl && { uiUrl }) });
  const { connectionOptions } = loadClientConnectConfig(); // TLS and API key, where that server asks for them
  const connection = await NativeConnection.connect({ ...connectionOptions, address });
  try {
    const worker = await createWorker({ connection, namespace, taskQueue, workflows });
    return await worker.runUntil(use(engine));
  } finally {
    await connection.close();
  }
}
