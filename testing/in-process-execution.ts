import type { ServedTask } from '../activities/served-task.js';
import type { ChildStart } from '../src/core/child-start.js';
import { taskAt } from '../src/core/plan.js';
import { Scheduler } from '../src/core/scheduler.js';
import type { RunFacts } from '../src/core/task-argument.js';
import type { UnitRef } from '../src/core/unit-ref.js';
import { wireOutput } from '../src/core/wire-output.js';
import { resolveOutput } from '../src/data/resolve-output.js';
import { checkInput } from '../src/define/run-input.js';
import type { WorkflowDefinition } from '../src/define/workflow-definition.js';
import { nothingStored } from './nothing-stored.js';

export const IN_PROCESS_RUN_ID = 'in-process';

/** One run: the whole one, or that of a child workflow in it. */
export interface Execution {
  readonly definition: WorkflowDefinition;
  readonly scheduler: Scheduler;
  readonly served: ReadonlyMap<string, ServedTask>;
  readonly facts: RunFacts;
  readonly workflowId: string;
  /** Of the ids of its nodes: '' or `trip/`. */
  readonly path: string;
}

/** What a workflow's functions are, with the mocks for those of the run at `path`. */
export type Serve = (workflow: WorkflowDefinition, path: string) => ReadonlyMap<string, ServedTask>;

/** The run of a child workflow; or what is wrong with its input. */
export async function childExecution(
  parent: Execution,
  ref: UnitRef,
  start: ChildStart,
  workflowId: string,
  serve: Serve,
): Promise<Execution | string> {
  const { definition, facts, served, path } = parent;
  const { rootRunId, rootWorkflowId = parent.workflowId } = facts;
  const scheduler = new Scheduler(start.plan, start.state);
  if (start.shard !== undefined) {
    return { ...parent, scheduler, workflowId, facts: { ...facts, rootWorkflowId } };
  }
  const { id } = taskAt(parent.scheduler.plan, ref.task);
  const child = served.get(id)?.definition.child;
  if (child === undefined) throw new RangeError(`no child workflow of '${id}' in '${definition.name}'`);
  const checked = await checkInput(child, await resolveOutput(start.input, nothingStored));
  if (checked.kind === 'invalid') return checked.message;
  const childPath = `${path}${start.id}/`;
  return {
    definition: child,
    scheduler,
    served: serve(child, childPath),
    facts: {
      input: wireOutput(checked.input),
      rootRunId,
      ownRunId: rootRunId,
      rootWorkflowId: `${rootWorkflowId}/${start.id}`,
    },
    workflowId,
    path: childPath,
  };
}
