import { type DevServerOptions, startDevServer } from './dev-server.js';

/** A Temporal server to work with, whoever started it. */
export interface TemporalServer extends AsyncDisposable {
  /** Host and port of the gRPC API. */
  readonly address: string;
  /** The address of the Temporal UI, where it is known. */
  readonly uiUrl: string | undefined;
  readonly namespace: string;
  /** Stops the server if it was started here. */
  stop(): Promise<void>;
}

/**
 * The server that TEMPORAL_ADDRESS names (with TEMPORAL_NAMESPACE, unless `options` say another namespace), which is
 * left as it is; without that variable, a dev server that is started.
 *
 * @throws what {@link startDevServer} throws. Whether the named server is there is for who connects to find out.
 */
export async function connectOrStartDevServer(options: DevServerOptions = {}): Promise<TemporalServer> {
  const { env = process.env } = options;
  const namespace = options.namespace ?? (env.TEMPORAL_NAMESPACE || 'default');
  if (!env.TEMPORAL_ADDRESS) return startDevServer({ ...options, namespace });
  const stop = async () => {};
  return { address: env.TEMPORAL_ADDRESS, uiUrl: undefined, namespace, stop, [Symbol.asyncDispose]: stop };
}
