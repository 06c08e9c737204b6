import { setTimeout as delay } from 'node:timers/promises';
import { prepareDatabaseFile, readOwner, removeOwner, writeOwner } from './database-file.js';
import { type DynamicConfig, serverArguments, serverEnvironment } from './dev-server-settings.js';
import { findTemporalCli } from './find-temporal-cli.js';
import { findFreePort, isPortFree, LOOPBACK } from './free-ports.js';
import { type ServerExit, type ServerProcess, startServerProcess } from './server-process.js';
import { prepareServer } from './server-readiness.js';
import {
  classifyStartFailure,
  databaseInUse,
  databaseUnusable,
  endedAtStart,
  notReachable,
  notStarted,
  portInUse,
} from './start-failure.js';

export interface DevServerOptions {
  /** The port of the gRPC API on the loopback address. Default: a free one. */
  readonly port?: number | undefined;
  /** The port of the Temporal UI on the loopback address. Default: a free one. */
  readonly uiPort?: number | undefined;
  /** The URL of a codec server for the UI, such as `http://localhost:8888`. */
  readonly uiCodecEndpoint?: string | undefined;
  /**
   * The SQLite file that keeps everything, made if it is not there; `memory` keeps nothing.
   * Default: `dev-server.db` in Pawl's cache folder.
   */
  readonly dbFilename?: string | undefined;
  /** Created if it is not there, with 30 days of retention. Default: `default`. */
  readonly namespace?: string | undefined;
  /** Values of Temporal's dynamic config, over those that Pawl sets. */
  readonly dynamicConfig?: DynamicConfig;
  /**
   * `false` starts the CLI with its own settings: several times slower for DAGs, and with nothing that keeps a second
   * server away from the file. Default: `true`.
   */
  readonly tuned?: boolean;
  /** The path of the Temporal CLI. Default: it is found or made by `findTemporalCli`. */
  readonly cli?: string;
  /** Milliseconds from the start of the process to a reachable server. Default: 60,000. */
  readonly startTimeoutMs?: number;
  /** Called with a line when the Temporal CLI must be downloaded or built, which takes minutes. */
  readonly onProgress?: (line: string) => void;
  /** Where the CLI and the cache folder are looked up. Default: `process.env`. */
  readonly env?: NodeJS.ProcessEnv;
}

/** A Temporal dev server with its UI, on the loopback address, which ends with this process at the latest. */
export interface DevServer extends AsyncDisposable {
  /** Host and port of the gRPC API. */
  readonly address: string;
  readonly uiUrl: string;
  readonly namespace: string;
  readonly pid: number;
  /** The absolute path of its database, or `memory`. */
  readonly dbFilename: string;
  /** Resolves when the server has ended, whoever ended it. */
  readonly exited: Promise<ServerExit>;
  /** Ends the server: it gets 5 s to finish, then it is killed. Resolves when it is gone; may be called again. */
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 60_000;
const STOP_GRACE_MS = 5_000;
const MAX_STARTS = 3;
const PAUSE_BETWEEN_STARTS_MS = 200;

/**
 * Starts a Temporal dev server and waits until it is reachable. Its runs survive its end in the database file. Like a
 * listening `http.Server` it keeps this process alive until it is stopped, and it never outlives it.
 *
 * @throws {@link TemporalCliNotFoundError} if there is no Temporal CLI and none can be made.
 * @throws {@link DevServerPortInUseError} if a port that was asked for is taken.
 * @throws {@link DevServerDatabaseInUseError} if another server has the database open.
 * @throws {@link DevServerDatabaseError} if the database is damaged, foreign, or can't be written.
 * @throws {@link DevServerStartError} if the server ends while it starts, or is not reachable in time.
 */
export async function startDevServer(options: DevServerOptions = {}): Promise<DevServer> {
  const { env = process.env, onProgress = () => {} } = options;
  await refuseTakenPorts(options);
  const dbFilename = await prepareDatabaseFile(options.dbFilename, env);
  const cli = options.cli ?? (await findTemporalCli({ env, onProgress })).path;

  for (let start = 1; ; start++) {
    const outcome = await startOnce(cli, dbFilename, options);
    if (outcome.kind === 'started') return outcome.server;

    const mayTryAgain = start < MAX_STARTS;
    switch (classifyStartFailure(outcome.exit.log)) {
      case 'portTaken':
        // Not the one that was asked for, then one that was free a moment ago; the CLI chooses some itself in that way.
        await refuseTakenPorts(options);
        if (!mayTryAgain) throw endedAtStart(outcome.exit);
        break;
      case 'databaseLocked':
        // Its holder may be just ending, with a process that was killed.
        if (!mayTryAgain) throw databaseInUse(dbFilename, await readOwner(dbFilename));
        break;
      case 'databaseUnusable':
        throw databaseUnusable(dbFilename, outcome.exit.log);
      case 'other':
        throw endedAtStart(outcome.exit);
    }
    await delay(PAUSE_BETWEEN_STARTS_MS);
  }
}

type StartOutcome =
  | { readonly kind: 'started'; readonly server: DevServer }
  | { readonly kind: 'ended'; readonly exit: ServerExit };

async function startOnce(cli: string, dbFilename: string, options: DevServerOptions): Promise<StartOutcome> {
  const { namespace = 'default', tuned = true, dynamicConfig = {}, startTimeoutMs = START_TIMEOUT_MS } = options;
  const { uiCodecEndpoint } = options;
  const port = options.port ?? (await findFreePort());
  // Where Temporal's own dev server has its UI, and so clients expect it; another port only if that one is taken.
  const uiPort = options.uiPort ?? ((await isPortFree(port + 1_000)) ? port + 1_000 : await findFreePort());
  const address = `${LOOPBACK}:${port}`;
  const uiUrl = `http://${LOOPBACK}:${uiPort}`;

  const args = serverArguments({
    ...{ host: LOOPBACK, port, uiPort, uiCodecEndpoint },
    ...{ namespace, dbFilename, tuned, dynamicConfig },
  });
  const server = await startServerProcess(cli, args, serverEnvironment(process.env, tuned)).catch((error: unknown) => {
    throw notStarted(cli, error);
  });

  const givenUp = new AbortController();
  const ended = server.exited.then((exit) => ({ kind: 'ended', exit }) as const);
  const prepared = prepareServer({ address, namespace, uiUrl }, startTimeoutMs, givenUp.signal).then(
    () => ({ kind: 'prepared' }) as const,
    (error: unknown) => ({ kind: 'unreachable', error }) as const,
  );
  const first = await Promise.race([ended, prepared]);
  givenUp.abort();
  if (first.kind === 'ended') return first;
  if (first.kind === 'unreachable') {
    const log = server.readLog();
    await server.end(0);
    throw notReachable(address, startTimeoutMs, log, first.error);
  }
  await writeOwner(dbFilename, { pid: server.pid, address });
  return { kind: 'started', server: asDevServer(server, { address, uiUrl, namespace, dbFilename }) };
}

function asDevServer(
  server: ServerProcess,
  at: Pick<DevServer, 'address' | 'uiUrl' | 'namespace' | 'dbFilename'>,
): DevServer {
  const stop = async () => {
    // What is in memory only is lost either way, and an orderly end takes more than a second.
    await server.end(at.dbFilename === 'memory' ? 0 : STOP_GRACE_MS);
    await removeOwner(at.dbFilename);
  };
  return { ...at, pid: server.pid, exited: server.exited, stop, [Symbol.asyncDispose]: stop };
}

async function refuseTakenPorts({ port, uiPort }: DevServerOptions): Promise<void> {
  for (const asked of [port, uiPort]) {
    if (asked !== undefined && !(await isPortFree(asked))) throw portInUse(asked);
  }
}
