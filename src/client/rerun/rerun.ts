import type { Client } from '@temporalio/client';
import type { OutputStore } from '../../data/output-store.js';
import type { WorkflowDefinition } from '../../define/workflow-definition.js';
import { RunAlreadyExistsError } from '../errors.js';
import { ExecutionChain } from '../execution-chain.js';
import { startRun } from '../start-run.js';
import { runUrl } from '../ui-url.js';
import { checkOptions } from './check-options.js';
import { readOldRun } from './old-run.js';
import { prepareRerun, type RerunSettings, refusalOf, storeLargeState } from './prepare-rerun.js';
import { RunStillOpenError } from './rerun-errors.js';
import { rerunOptions } from './rerun-options.js';
import { type RerunPlan, rerunPlan } from './rerun-plan.js';

/** How a run is run again. */
export interface RerunOptions {
  /**
   * What runs again beside all that has not succeeded, and beside everything downstream of that: tasks, and items of maps (`smoke[3]`), by
   * their ids. @default 'failed': nothing else
   */
  readonly from?: 'failed' | readonly string[];
  /**
   * With `same` the run's own plan is used. With `latest` that of `workflow`: a task is reused if its needs, kind, options, schemas and
   * `version` are unchanged, and its output fits the new schema. What its functions do is never compared: change `version`, or name the
   * task in `from`. @default 'same'
   */
  readonly definition?: 'same' | 'latest';
  /** The definition: needed with `latest`; with `same` for the types of the outputs, and to check the input. */
  readonly workflow?: WorkflowDefinition;
  /** Another input: if it differs from the run's, everything runs again. @default the run's */
  readonly input?: unknown;
  /** Only says what it would do. @default false */
  readonly dryRun?: boolean;
  /** Of the new run. @default that of the old one */
  readonly workflowId?: string;
  /** Which run of the workflow id. @default the latest */
  readonly runId?: string;
  /**
   * Whether all tasks get other idempotency keys than in the old run. What had been compensated or destroyed gets one in any case, since to do it anew
   * is no repetition. @default only if the input has changed
   */
  readonly newKeys?: boolean;
  /**
   * `bypass`: what runs again looks nothing up in the cache, and what it makes is written to it. Without it, a task that is named in `from` takes from the
   * cache what the old run has made. @default tasks that have `cache` use what is there
   */
  readonly cache?: 'bypass';
}

/** With which a rerun takes the types of the definition. */
export type RerunWith<W extends WorkflowDefinition> = RerunOptions & { readonly workflow: W };

export interface Rerun {
  readonly workflowId: string;
  /** Undefined after a dry run. */
  readonly runId: string | undefined;
  readonly plan: RerunPlan;
}

/** @throws see `OrchestrationEngine.rerun` */
export async function rerun(
  client: Client,
  outputs: OutputStore,
  uiUrl: string | undefined,
  oldWorkflowId: string,
  options: RerunOptions,
): Promise<Rerun> {
  checkOptions(options, `run '${oldWorkflowId}'`);
  const { workflowId = oldWorkflowId, dryRun = false, runId } = options;
  const old = await readOldRun(new ExecutionChain(client, oldWorkflowId, runId));
  const settings: RerunSettings = options;
  const inline = await prepareRerun(old, workflowId, settings, outputs);
  const prepared = dryRun ? inline : await storeLargeState(inline, workflowId, outputs);
  const { decisions: tasks, newKeys, plan } = prepared;
  const { description } = old;
  const refusal = refusalOf(prepared, oldWorkflowId);
  const planned = rerunPlan({
    workflowId: oldWorkflowId,
    runId: description.runId,
    newWorkflowId: workflowId,
    newKeys,
    tasks,
    refused: refusal?.message,
  });
  if (dryRun) return { workflowId, runId: undefined, plan: planned };
  if (refusal !== undefined) throw refusal;
  const url = runUrl(uiUrl, client.options.namespace, oldWorkflowId, description.runId);
  try {
    const started = await startRun(client, plan.workflow, rerunOptions(old, prepared, workflowId, url));
    return { workflowId, runId: started, plan: planned };
  } catch (error) {
    if (error instanceof RunAlreadyExistsError) throw new RunStillOpenError(workflowId, error);
    throw error;
  }
}
