import type { z } from 'zod';
import { type NeedForm, needForm, shapeOf, type TaskShape } from '../src/core/plan.js';
import { compile } from '../src/define/compile.js';
import { readNeed } from '../src/define/need.js';
import { type CacheUse, readCache } from '../src/define/read-cache.js';
import type { TaskDefinition, WorkflowDefinition } from '../src/define/workflow-definition.js';

/** A node that this worker has the functions of, with all that a call of them looks up. */
export interface ServedTask {
  readonly workflow: string;
  readonly definition: TaskDefinition;
  readonly shape: TaskShape;
  readonly inputSchema: z.ZodType | undefined;
  readonly needs: readonly ServedNeed[];
  /** How what it makes is cached; undefined if it is not. */
  readonly cache: CacheUse | undefined;
  /** All nodes of its workflow by id: `onFinish` gets the results of any. */
  readonly nodes: ReadonlyMap<string, TaskDefinition>;
}

export interface ServedNeed {
  readonly name: string;
  /** How its value is given to the handler. */
  readonly form: NeedForm;
  /** What makes it, and says how to decode it. */
  readonly node: TaskDefinition;
  /** Whether its value is its JSON: there is nothing to decode. */
  readonly isPlain: boolean;
}

/**
 * The nodes of a workflow by id.
 *
 * @throws {@link DefinitionError} if the definition can't be compiled
 */
export function serveTasks(workflow: WorkflowDefinition): ReadonlyMap<string, ServedTask> {
  const plan = compile(workflow);
  const nodes = new Map(workflow.tasks.map((node) => [node.id, node]));
  const nodeAt = (id: string | undefined): TaskDefinition => {
    const node = nodes.get(id ?? '');
    if (node === undefined) throw new RangeError(`task '${id}' is in the plan of '${plan.workflow}' only`);
    return node;
  };
  const served = new Map<string, ServedTask>();
  for (const task of plan.tasks) {
    const definition = nodeAt(task.id);
    served.set(task.id, {
      workflow: workflow.name,
      definition,
      shape: shapeOf(plan, task),
      inputSchema: workflow.inputSchema,
      // The plan names needs in the order of the definition.
      needs: Object.entries(definition.needs).map(([name, need], position) => {
        const form = needForm(task, position);
        const node = nodeAt(readNeed(need).task?.id);
        return {
          name,
          form,
          node,
          isPlain: form !== 'result' && node.kind === 'task' && node.outputSchema === undefined,
        };
      }),
      cache: readCache(definition, () => {}), // compiling it has reported what is wrong
      nodes,
    });
  }
  return served;
}
