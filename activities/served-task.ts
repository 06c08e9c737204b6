import type { z } from 'zod';
import { type NeedForm, needForm, shapeOf, type TaskShape } from '../src/core/plan.js';
import { compile } from '../src/define/compile.js';
import { readNeed } from '../src/define/need.js';
import type { TaskDefinition, WorkflowDefinition } from '../src/define/workflow-definition.js';

/** A task that this worker has a handler for, with all that a call of it looks up. */
export interface ServedTask {
  readonly workflow: string;
  readonly definition: TaskDefinition;
  readonly shape: TaskShape;
  readonly inputSchema: z.ZodType | undefined;
  readonly needs: readonly ServedNeed[];
}

export interface ServedNeed {
  readonly name: string;
  /** How its value is given to the handler. */
  readonly form: NeedForm;
  /** Of the output of the task that makes it. */
  readonly schema: z.ZodType | undefined;
}

/**
 * The tasks of a workflow by id.
 *
 * @throws {@link DefinitionError} if the definition can't be compiled
 */
export function serveTasks(workflow: WorkflowDefinition): ReadonlyMap<string, ServedTask> {
  const plan = compile(workflow);
  const definitions = new Map(workflow.tasks.map((task) => [task.id, task]));
  const served = new Map<string, ServedTask>();
  for (const task of plan.tasks) {
    const definition = definitions.get(task.id);
    if (definition === undefined) throw new RangeError(`task '${task.id}' is in the plan of '${plan.workflow}' only`);
    served.set(task.id, {
      workflow: workflow.name,
      definition,
      shape: shapeOf(plan, task),
      inputSchema: workflow.inputSchema,
      // The plan names needs in the order of the definition.
      needs: Object.entries(definition.needs).map(([name, need], position) => ({
        name,
        form: needForm(task, position),
        schema: definitions.get(readNeed(need).task?.id ?? '')?.outputSchema,
      })),
    });
  }
  return served;
}
