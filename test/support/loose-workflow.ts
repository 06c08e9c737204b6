import { type TaskHandle, type WorkflowDefinition, workflow } from '../../src/index.js';

export type LooseTask = (id: unknown, options?: object) => TaskHandle;

// biome-ignore lint/suspicious/noConfusingVoidType: a build function may return nothing
type Build = (task: LooseTask) => object | void;

/** A workflow as one could write it in JavaScript, without the types that would refuse what is wrong with it. */
export function looseWorkflow(build: Build, options: object = {}, name: unknown = 'release'): WorkflowDefinition {
  return workflow(name as string, options as never, ({ task }) => build(task as LooseTask) as never);
}

/** The options of a task that only has to be there. */
export const idle = { run: () => null };
