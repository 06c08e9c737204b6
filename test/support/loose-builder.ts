import { type TaskHandle, type WorkflowDefinition, workflow } from '../../src/index.js';

type AddNode = (id: unknown, ...rest: unknown[]) => TaskHandle;

/** All that a build function gets, as JavaScript sees it. */
export interface LooseBuilder {
  readonly task: AddNode;
  readonly map: AddNode;
  readonly subworkflow: AddNode;
  readonly approval: AddNode;
  readonly event: AddNode;
  readonly sleep: AddNode;
  readonly resource: AddNode;
  readonly onFinish: AddNode;
  readonly group: (name: unknown, build: (builder: LooseBuilder) => unknown) => unknown;
}

/** A workflow of any nodes, without the types that would refuse what is wrong with it. */
export function looseDefinition(
  // biome-ignore lint/suspicious/noConfusingVoidType: a build function may return nothing
  build: (builder: LooseBuilder) => object | void,
  options: object = {},
  name = 'release',
): WorkflowDefinition {
  return workflow(name, options as never, (builder) => build(builder as unknown as LooseBuilder) as never);
}
