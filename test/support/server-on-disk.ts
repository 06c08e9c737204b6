import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NativeConnection, Runtime } from '@temporalio/worker';
import { type ConnectOptions, OrchestrationEngine, type WorkflowDefinition } from '../../src/index.js';
import { type CreateWorkerOptions, createWorker, startDevServer } from '../../worker/index.js';
import { showsMarker } from './planted-marker.js';

Runtime.install({ logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} } });

/** A Temporal server of its own, whose database file can be looked into when it has ended. */
export async function startServerOnDisk() {
  const folder = await mkdtemp(join(tmpdir(), 'pawl-on-disk-'));
  const server = await startDevServer({ dbFilename: join(folder, 'runs.db') });

  /** On a task queue of its own. */
  const connect = (options: ConnectOptions = {}, taskQueue: string = randomUUID()) =>
    OrchestrationEngine.connect({ address: server.address, taskQueue, ...options });

  /** Runs a worker on the engine's task queue for as long as `use` takes. */
  async function serve<T>(
    { taskQueue }: OrchestrationEngine,
    workflows: readonly WorkflowDefinition[],
    options: Partial<CreateWorkerOptions>,
    use: () => Promise<T>,
  ): Promise<T> {
    const connection = await NativeConnection.connect({ address: server.address });
    try {
      const worker = await createWorker({ connection, taskQueue, workflows, shutdownGraceTime: 0, ...options });
      return await worker.runUntil(use());
    } finally {
      await connection.close();
    }
  }

  /** Ends the server, and says which of the texts can be read in its files, plainly or in base64. */
  async function stopAndFind(texts: readonly string[]): Promise<readonly string[]> {
    await server.stop();
    const files = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name))));
    return texts.filter((text) => files.some((file) => showsMarker(file, text)));
  }

  async function remove(): Promise<void> {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }

  return { connect, serve, stopAndFind, remove };
}

export type ServerOnDisk = Awaited<ReturnType<typeof startServerOnDisk>>;
