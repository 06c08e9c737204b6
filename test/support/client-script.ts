/**
 * A client in a process of its own that is killed while it starts runs: `node --import tsx client-script.ts '<ClientSettings as JSON>'`. It
 * notes each start that was acknowledged.
 */
import { appendFileSync } from 'node:fs';
import { OrchestrationEngine } from '../../src/index.js';
import { examplePipeline } from './example-pipeline.js';

export interface ClientSettings {
  readonly address: string;
  readonly taskQueue: string;
  readonly workflowIds: readonly string[];
  /** The file that gets a line with workflow id and run id for every acknowledged start. */
  readonly acknowledged: string;
  /** The log of the pipeline's handlers. */
  readonly log: string;
  /** Where it kills itself: after so many acknowledged starts, or so many milliseconds after it has begun. */
  readonly death: { readonly afterStarts: number } | { readonly afterMs: number };
}

/** So that at its death some starts are made, some are on their way, and some are not. */
const STARTS_AT_ONCE = 3;

const settings = JSON.parse(process.argv[2] ?? '') as ClientSettings; // from client-crash.test.ts
const { address, taskQueue, workflowIds, acknowledged, log, death } = settings;
const pipeline = examplePipeline();
const engine = await OrchestrationEngine.connect({ address, taskQueue });

const remaining = [...workflowIds];
let starts = 0;
if ('afterMs' in death) setTimeout(die, death.afterMs);
await Promise.all(Array.from({ length: STARTS_AT_ONCE }, startRemaining));
await new Promise(() => {}); // it does not live to see the end

async function startRemaining(): Promise<void> {
  for (let workflowId = remaining.shift(); workflowId !== undefined; workflowId = remaining.shift()) {
    const run = await engine.start(pipeline, { log }, { workflowId });
    appendFileSync(acknowledged, `${workflowId} ${run.runId}\n`);
    starts++;
    if ('afterStarts' in death && death.afterStarts === starts) die();
  }
}

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}
