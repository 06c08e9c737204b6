import type { Client } from '@temporalio/client';

/** One of a run's workflow executions, as the server has it. */
export interface Execution {
  readonly workflowId: string;
  readonly events: number;
  readonly workflowTasks: number;
  /** Workflow tasks that no worker completed in time: the next one replays the history. */
  readonly lateWorkflowTasks: number;
  readonly isChild: boolean;
}

/** A run's executions: the chain in which it continued as new, and those of its child workflows. */
export async function readExecutions(client: Client, workflowId: string, firstRunId: string): Promise<Execution[]> {
  const executions: Execution[] = [];
  const open = [{ workflowId, runId: firstRunId, isChild: false }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { isChild } = next;
    const { events } = await client.workflow.getHandle(next.workflowId, next.runId).fetchHistory();
    let [workflowTasks, lateWorkflowTasks] = [0, 0];
    for (const event of events ?? []) {
      if (event.workflowTaskCompletedEventAttributes) workflowTasks++;
      if (event.workflowTaskTimedOutEventAttributes) lateWorkflowTasks++;
      const child = event.childWorkflowExecutionStartedEventAttributes?.workflowExecution;
      if (child?.workflowId && child.runId)
        open.push({ workflowId: child.workflowId, runId: child.runId, isChild: true });
      const runId = event.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
      if (runId) open.push({ workflowId: next.workflowId, runId, isChild });
    }
    executions.push({
      workflowId: next.workflowId,
      events: events?.length ?? 0,
      workflowTasks,
      lateWorkflowTasks,
      isChild,
    });
  }
  return executions;
}
