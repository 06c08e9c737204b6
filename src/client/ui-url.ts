/**
 * Where the Temporal UI is, if that can be told: as given, from TEMPORAL_UI_URL, Temporal Cloud's, or the dev server's, whose
 * UI is by default 1,000 ports above the server.
 */
export function guessUiUrl(address: string | undefined, environment: NodeJS.ProcessEnv): string | undefined {
  if (environment.TEMPORAL_UI_URL) return environment.TEMPORAL_UI_URL.replace(/\/+$/, '');
  const [, host, port] = /^(?:\w+:\/\/)?(.+?)(?::(\d+))?$/.exec(address ?? 'localhost:7233') ?? [];
  if (host?.endsWith('.tmprl.cloud') || host?.endsWith('.temporal.io')) return 'https://cloud.temporal.io';
  if (host === 'localhost' || host === '127.0.0.1' || host === '[::1]')
    return `http://${host}:${Number(port ?? 7233) + 1_000}`;
  return undefined;
}

/** @param runId undefined for the latest run of the workflow id, to which the UI leads on */
export function runUrl(
  uiUrl: string | undefined,
  namespace: string,
  workflowId: string,
  runId: string | undefined,
): string | undefined {
  if (uiUrl === undefined) return undefined;
  const url = `${uiUrl}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}`;
  return runId === undefined ? url : `${url}/${runId}/history`;
}
