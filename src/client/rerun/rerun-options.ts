import type { WorkflowStartOptions } from '@temporalio/client';
import { RERUN_MEMO, SNAPSHOT_MEMO } from '../../core/protocol.js';
import { toMilliseconds } from '../timestamp.js';
import type { OldRun } from './old-run.js';
import type { PreparedRerun } from './prepare-rerun.js';

/** Temporal sets these search attributes itself, and takes them from nobody. */
const SET_BY_TEMPORAL = /^(BuildIds$|Temporal)/;

/** Characters; Temporal takes 400 bytes. */
const LONGEST_SUMMARY = 130;

/** How a rerun is started: as the run that it goes on from was, and with what leads back to that. */
export function rerunOptions(
  { description, scheduler }: OldRun,
  { decisions, args }: PreparedRerun,
  workflowId: string,
  oldUrl: string | undefined,
): WorkflowStartOptions {
  const { memo = {}, typedSearchAttributes, taskQueue, raw } = description;
  const { [SNAPSHOT_MEMO]: _, [RERUN_MEMO]: __, ...kept } = memo;
  const rerunOf = { workflowId: description.workflowId, runId: description.runId };
  const again = decisions.filter(({ action }) => action === 'rerun').map(({ id }) => id);
  const { title = scheduler.plan.workflow } = scheduler.plan;
  return {
    workflowId,
    taskQueue,
    args: [...args],
    memo: { ...kept, [RERUN_MEMO]: { ...rerunOf, storedBy: args[1].storedBy ?? [] } },
    typedSearchAttributes: typedSearchAttributes.getAll().filter(({ key }) => !SET_BY_TEMPORAL.test(key.name)),
    ...timeouts(raw.executionConfig),
    staticSummary: `${title}: rerun of ${rerunOf.workflowId}`.slice(0, LONGEST_SUMMARY),
    staticDetails: [
      `Rerun of ${oldUrl === undefined ? `\`${rerunOf.workflowId}\`` : `[${rerunOf.workflowId}](${oldUrl})`}, run id \`${rerunOf.runId}\`.`,
      `${decisions.length - again.length} of ${decisions.length} tasks are reused. These run again: ${listed(again)}.`,
    ].join('\n\n'),
  };
}

/** Ids in the details. */
const SHOWN = 20;

function listed(ids: readonly string[]): string {
  const more = ids.length - SHOWN;
  const shown = ids.slice(0, SHOWN).map((id) => `\`${id}\``);
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

type ExecutionConfig = OldRun['description']['raw']['executionConfig'];

function timeouts(config: ExecutionConfig) {
  const { workflowExecutionTimeout, workflowRunTimeout, defaultWorkflowTaskTimeout } = config ?? {};
  const given = {
    workflowExecutionTimeout: toMilliseconds(workflowExecutionTimeout),
    workflowRunTimeout: toMilliseconds(workflowRunTimeout),
    workflowTaskTimeout: toMilliseconds(defaultWorkflowTaskTimeout),
  };
  return Object.fromEntries(Object.entries(given).filter(([, milliseconds]) => milliseconds > 0));
}
