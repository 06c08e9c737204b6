import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';

const POLL_EVERY_MS = 25;

/** How long the dev server keeps closed runs. The CLI creates namespaces with one day and has no option for it. */
const RETENTION_SECONDS = 30 * 24 * 60 * 60;

interface AwaitedServer {
  readonly address: string;
  readonly namespace: string;
  readonly uiUrl: string;
}

/**
 * Waits until the server answers, the namespace is there with at least 30 days of retention, and the UI answers.
 * (A run that closes within the first two seconds of a new database still gets one day: the server's other services
 * read a namespace again every two seconds.)
 *
 * @param timeoutMs milliseconds after which it rejects with the last thing that went wrong.
 * @param signal gives up, and rejects.
 */
export async function prepareServer(server: AwaitedServer, timeoutMs: number, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  const connection = Connection.lazy({
    address: server.address,
    connectTimeout: timeoutMs,
    channelArgs: {
      // By default a refused connection is tried again after a second: several times as long as the server needs.
      'grpc.initial_reconnect_backoff_ms': POLL_EVERY_MS,
      'grpc.max_reconnect_backoff_ms': 4 * POLL_EVERY_MS,
      'grpc.enable_http_proxy': 0, // a proxy does not reach this machine's loopback address
    },
  });
  const close = () => void connection.close();
  signal.addEventListener('abort', close, { once: true });
  try {
    await connection.ensureConnected();
    await connection.withDeadline(deadline, async () => {
      await until(() => keepClosedRuns(connection, server.namespace), deadline, signal);
      await until(() => answersOverHttp(server.uiUrl), deadline, signal);
    });
  } finally {
    signal.removeEventListener('abort', close);
    await connection.close();
  }
}

async function keepClosedRuns(connection: Connection, namespace: string): Promise<void> {
  const { config } = await connection.workflowService.describeNamespace({ namespace });
  const retention = config?.workflowExecutionRetentionTtl?.seconds;
  if (!retention) throw new Error(`the namespace ${namespace} says no retention`);
  // Somebody may have chosen more; what is there is extended and never cut.
  const missing = RETENTION_SECONDS - retention.toNumber();
  if (missing <= 0) return;
  await connection.workflowService.updateNamespace({
    namespace,
    config: { workflowExecutionRetentionTtl: { seconds: retention.add(missing) } },
  });
}

async function answersOverHttp(url: string): Promise<void> {
  const response = await fetch(url);
  await response.body?.cancel();
  if (!response.ok) throw new Error(`the UI at ${url} answers ${response.status}`);
}

async function until(attempt: () => Promise<void>, deadline: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (Date.now() >= deadline) throw error;
    }
    await delay(POLL_EVERY_MS, undefined, { signal });
  }
}
