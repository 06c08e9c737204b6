import { ApplicationFailure } from '@temporalio/common';
import type { PlanReply, PlanRequest } from '../src/core/protocol.js';
import { compile } from '../src/define/compile.js';
import { checkInput } from '../src/define/run-input.js';
import { suggest } from '../src/define/suggest.js';
import type { WorkflowDefinition } from '../src/define/workflow-definition.js';

/**
 * `pawl.plan`: the first step of a run that was started with the input alone. History keeps its result, so a later deploy does
 * not change a run in flight.
 */
export function planActivity(workflows: ReadonlyMap<string, WorkflowDefinition>) {
  return async ({ workflow, input }: PlanRequest): Promise<PlanReply> => {
    const definition = workflows.get(workflow);
    if (definition === undefined) {
      const hint = suggest(workflow, [...workflows.keys()]);
      throw ApplicationFailure.nonRetryable(
        `this worker has no workflow '${workflow}'${hint === undefined ? '' : `; ${hint}`}`,
        'UnknownWorkflow',
      );
    }
    const checked = await checkInput(definition, input);
    if (checked.kind === 'invalid') return { status: 'invalidInput', message: checked.message };
    return {
      status: 'planned',
      plan: compile(definition),
      ...(checked.input !== undefined && { input: checked.input }),
    };
  };
}
