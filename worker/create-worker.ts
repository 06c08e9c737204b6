import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { ServerUnreachableError } from '../src/client/errors.js';
import { resultStore } from '../src/data/cache/result-store.js';
import { storageDrivers } from '../src/data/storage-drivers.js';
import { DEFAULTS } from '../src/define/defaults.js';
import type { WorkflowDefinition } from '../src/define/workflow-definition.js';
import type { DataOptions } from './data-options.js';
import { PawlPlugin } from './pawl-plugin.js';

/** Any option of a Temporal worker, of which none is required. */
export interface CreateWorkerOptions extends Omit<WorkerOptions, 'taskQueue'>, DataOptions {
  /** The workflows whose tasks this worker runs; those that their nodes run as children are added. */
  readonly workflows: readonly WorkflowDefinition[];
  /** @default 'pawl' */
  readonly taskQueue?: string;
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
 * @throws {@link EncryptionOptionsError} for keys that can't be right
 * @throws {@link ServerUnreachableError}
 */
export async function createWorker({ workflows, ...given }: CreateWorkerOptions): Promise<Worker> {
  const { storage, storageCacheBytes, cache, encryption, secrets, ...options } = given;
  let own: OwnConnection | undefined;
  const { address = DEFAULTS.address } =
    options.connection === undefined ? loadClientConnectConfig().connectionOptions : {};
  const ownAddress = options.connection === undefined ? address : undefined;
  // Before anything is connected: it compiles the definitions, and throws what is wrong with them.
  const plugin = new PawlPlugin({
    workflows,
    storage: storageDrivers(storage, ownAddress),
    storageCacheBytes,
    cache: resultStore(cache, ownAddress),
    encryption,
    secrets,
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
      plugins: [...(options.plugins ?? []), plugin], // last, so that it sees what the others add; those of the connection come after it
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
