import type { TestProject } from 'vitest/node';
import { startDevServer } from '../worker/dev-server.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** `host:port` of the Temporal server that all test files share. */
    temporalAddress: string;
    /** The Temporal UI of that server. */
    temporalUiUrl: string;
  }
}

/** One real Temporal server for all test files; each test has a task queue of its own. */
export default async function startTemporalServer(project: TestProject): Promise<() => Promise<void>> {
  const server = await startDevServer({ dbFilename: 'memory', onProgress: (line) => console.log(line) });
  project.provide('temporalAddress', server.address);
  project.provide('temporalUiUrl', server.uiUrl);
  return () => server.stop();
}
