import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { ExecutionChain } from '../execution-chain.js';
import { type RebuiltRun, rebuildRun } from '../history-reader.js';
import { readHistory } from '../read-history.js';
import { runStatusOf } from '../run-status.js';
import { RerunRefusedError, RunStillOpenError } from './rerun-errors.js';

/** A run that has ended, as it was then. */
export interface OldRun extends RebuiltRun {
  readonly description: WorkflowExecutionDescription;
}

/**
 * Reads it from the history of its last execution alone: those before may be past their retention.
 *
 * @throws {@link RunStillOpenError}, {@link RerunRefusedError}, {@link RunNotFoundError}
 */
export async function readOldRun(chain: ExecutionChain): Promise<OldRun> {
  const { workflowId } = chain;
  const description = await chain.latest();
  const status = runStatusOf(description.status.name);
  if (status === 'running') throw new RunStillOpenError(workflowId);
  const place = `run '${workflowId}'`;
  const run = await rebuildRun(...(await readHistory(chain, description.runId)));
  if (run === undefined) {
    throw new RerunRefusedError('it ended before it had a plan, so there is nothing to go on from', {
      place,
      hint: 'start it anew with engine.start',
    });
  }
  if (run.envelope?.shard !== undefined) {
    throw new RerunRefusedError("it runs a share of a map's items", {
      place,
      hint: `rerun the run that it is a part of: '${workflowId.slice(0, workflowId.lastIndexOf('/'))}'`,
    });
  }
  return { ...run, description };
}
