import type { TaskDecision } from '../../core/rerun/rerun-decision.js';

/** What a rerun would do, or does, with a task. */
export type RerunTask = TaskDecision;

/** What a rerun would do. */
export interface RerunPlan {
  /** The run that it goes on from. */
  readonly workflowId: string;
  readonly runId: string;
  /** The workflow id of the new run. */
  readonly newWorkflowId: string;
  /** Whether tasks get other idempotency keys than in the run that it goes on from. */
  readonly newKeys: boolean;
  /** In topological order. */
  readonly tasks: readonly RerunTask[];
  /** Why it would be refused; undefined if it would not. */
  readonly refused: string | undefined;
  /** All of it, for people. */
  toString(): string;
}

/** Item numbers that are listed one by one. */
const LISTED = 10;

export function rerunPlan(plan: Omit<RerunPlan, 'toString'>): RerunPlan {
  return { ...plan, toString: () => print(plan) };
}

function print({ workflowId, runId, newWorkflowId, newKeys, tasks, refused }: Omit<RerunPlan, 'toString'>): string {
  const again = tasks.filter(({ action }) => action === 'rerun').length;
  const width = Math.max(...tasks.map(({ id }) => id.length), 0);
  return [
    `rerun of '${workflowId}' (run id ${runId})${newWorkflowId === workflowId ? '' : ` as '${newWorkflowId}'`}: ` +
      `${again} of ${tasks.length} tasks run again, ${tasks.length - again} are reused`,
    ...tasks.map((task) => `  ${task.id.padEnd(width)}  ${task.action}  ${words(task)}`),
    newKeys
      ? 'idempotency keys: new ones'
      : 'idempotency keys: those of the run that it goes on from, and new ones for what had been undone (newKeys: true: all new)',
    ...(refused === undefined ? [] : [`it would be refused: ${refused}`]),
  ].join('\n');
}

function words({ why, items, compared }: RerunTask): string {
  return `${items === undefined ? '' : `${itemWords(items)}; `}${why} (compared: ${compared})`;
}

function itemWords({ total, rerun }: NonNullable<RerunTask['items']>): string {
  const shown = rerun.slice(0, LISTED).join(', ');
  const more = rerun.length - LISTED;
  return `${rerun.length} of ${total} items: ${shown}${more > 0 ? ` and ${more} more` : ''}`;
}
