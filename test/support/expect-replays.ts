import { Worker } from '@temporalio/worker';
import type { OrchestrationEngine, Run } from '../../src/index.js';
import { PawlPlugin } from '../../worker/index.js';

/** Expects that another worker, which has nothing of the run in memory, comes to where it is. */
export async function expectReplays(engine: OrchestrationEngine, run: Run<unknown>): Promise<void> {
  const { runId } = await run.status();
  const history = await engine.client.workflow.getHandle(run.id, runId).fetchHistory();
  await Worker.runReplayHistory({ plugins: [new PawlPlugin({ workflows: [] })] }, history, run.id);
}
