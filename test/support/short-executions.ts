import { randomUUID } from 'node:crypto';
import type { WorkflowOptions } from '@temporalio/client';
import type { RunEnvelope } from '../../src/core/protocol.js';
import {
  compile,
  type OrchestrationEngine,
  type OutputOf,
  type Run,
  type WorkflowDefinition,
} from '../../src/index.js';

/** Starts a run that continues as new after some so many events, instead of 12,000, and returns a handle on its first execution. */
export async function startShort<W extends WorkflowDefinition>(
  engine: OrchestrationEngine,
  definition: W,
  continueAfter: number,
  { input, ...options }: Partial<WorkflowOptions> & { readonly input?: unknown } = {},
): Promise<Run<OutputOf<W>>> {
  const plan = compile(definition);
  const envelope: RunEnvelope = { protocol: plan.protocol, plan, continueAfter };
  const { workflowId, firstExecutionRunId } = await engine.client.workflow.start(definition.name, {
    workflowId: `${definition.name}-${randomUUID()}`,
    taskQueue: engine.taskQueue,
    args: [input, envelope],
    ...options,
  });
  return engine.run(workflowId, firstExecutionRunId) as Run<OutputOf<W>>; // of a definition whose outputs are plain JSON
}

/** The run ids of a run's executions, first to last, as they lead to each other. */
export async function executionsOf(engine: OrchestrationEngine, { id, runId }: Run<unknown>): Promise<string[]> {
  const executions: string[] = [];
  for (let next = runId; next; ) {
    executions.push(next);
    const { events } = await engine.client.workflow.getHandle(id, next).fetchHistory();
    next = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined;
  }
  return executions;
}
