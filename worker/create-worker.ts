import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { ServerUnreachableError } from '../src/client/errors.js';
import { type StorageOption, storageDrivers } from '../src/data/storage-drivers.js';
import { DEFAULTS } from '../src/define/defaults.js';
import type { SecretProvider } from '../src/define/secret-provider.js';
import type { WorkflowDefinition } from '../src/define/workflow-definition.js';
import { PawlPlugin } from './pawl-plugin.js';

/** Any option of a Temporal worker, of which none is required. */
export interface CreateWorkerOptions extends Omit<WorkerOptions, 'taskQueue'> {
  /** The workflows whose tasks this worker runs; those that their nodes run as children are added. */
  readonly workflows: readonly WorkflowDefinition[];
  /** @default 'pawl' */
  readonly taskQueue?: string;
  /**
   * Where outputs are stored that are too large to travel in a run's history: a storage driver of Temporal's, or several, of which the first stores. All workers
   * of a run, and the engines that read its outputs, need the same. @default files, with a server on this machine that the environment names, or where
   * PAWL_STORAGE_DIR is set; else none, and a task whose output is too large fails
   */
  readonly storage?: StorageOption;
  /** Bytes of stored outputs that the worker keeps in memory, so that many tasks that need one fetch it once. @default 64 MiB */
  readonly storageCacheBytes?: number;
  /** What gives the values for `ctx.secret`. @default the environment of the worker's process */
  readonly secrets?: SecretProvider;
}

/**
 * Creates a Temporal worker that runs Pawl workflows with their tasks; `run()` starts it. It stops gracefully on SIGINT and SIGTERM: takes
 * nothing new, gives handlers `shutdownGraceTime` (10 seconds by default) to finish, then aborts their signals, and after `shutdownForceTime` (30
 * seconds by default) ends although a handler does not: `run()` rejects then.
 *
 * Without a `connection` it makes one from Temporal's environment settings (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, profiles, TLS, API
 * key) and closes it at the end.
 *
 * @throws {@link DefinitionError} naming every problem of a definition
 * @throws {@link WorkerConfigurationError} for options that contradict each other
 * @throws {@link ServerUnreachableError}
 */
export async function createWorker({
  workflows,
  storage,
  storageCacheBytes,
  secrets,
  ...options
}: CreateWorkerOptions): Promise<Worker> {
  let own: OwnConnection | undefined;
  const { address } = options.connection === undefined ? loadClientConnectConfig().connectionOptions : {};
  // Before anything is connected: it compiles the definitions, and throws what is wrong with them.
  const plugin = new PawlPlugin({
    workflows,
    storage: storageDrivers(storage, options.connection === undefined ? (address ?? DEFAULTS.address) : undefined),
    storageCacheBytes,
    ...(secrets !== undefined && { secrets }),
    onEnd: async () => own?.connection.close(),
  });
  own = options.connection === undefined ? await connect() : undefined;
  const namespace = options.namespace ?? own?.namespace;
  try {
    return await Worker.create({
      shutdownGraceTime: '10s',
      shutdownForceTime: '30s',
      ...options,
      taskQueue: options.taskQueue ?? DEFAULTS.taskQueue,
      ...(own !== undefined && { connection: own.connection }),
      ...(namespace !== undefined && { namespace }),
      plugins: [...(options.plugins ?? []), plugin], // last, so that it sees what the others add
    });
  } catch (error) {
    await own?.connection.close();
    throw error;
  }
}

interface OwnConnection {
  readonly connection: NativeConnection;
  readonly namespace: string | undefined;
}

async function connect(): Promise<OwnConnection> {
  const { connectionOptions, namespace } = loadClientConnectConfig();
  try {
    return { connection: await NativeConnection.connect(connectionOptions), namespace };
  } catch (cause) {
    throw ServerUnreachableError.at(connectionOptions.address, cause);
  }
}
