import type { Duration } from '@temporalio/common';
import { defineNode } from './define-node.js';
import type { TaskHandle } from './handle.js';
import type { TaskDefinition, WorkflowDefinition } from './workflow-definition.js';

/** The builder's functions without their types, which are for the caller. */
interface ErasedBuilder {
  task(id: string, options: unknown): TaskHandle;
  map(id: string, options: unknown): TaskHandle;
  subworkflow(id: string, child: WorkflowDefinition, options: unknown): TaskHandle;
  approval(id: string, options: unknown): TaskHandle;
  event(id: string, options: unknown): TaskHandle;
  sleep(id: string, time: Duration | Date, options: unknown): TaskHandle;
  resource(id: string, options: unknown): TaskHandle;
  onFinish(id: string, options: unknown): void;
  group(name: string, build: (builder: ErasedBuilder) => unknown): unknown;
}

/**
 * The functions with which a build function adds nodes to `nodes`.
 *
 * @param prefix the names of the groups around them, each with its dot
 */
export function nodeBuilder(workflow: string, nodes: TaskDefinition[], prefix = ''): ErasedBuilder {
  const add = (
    kind: TaskDefinition['kind'],
    id: string,
    options: unknown,
    rest?: Pick<TaskDefinition, 'child' | 'until'>,
  ) => {
    const full = inGroup(prefix, id);
    nodes.push(defineNode(kind, full, options, rest));
    return { id: full, workflow };
  };
  return {
    task: (id, options) => add('task', id, options),
    map: (id, options) => add('map', id, options),
    subworkflow: (id, child, options) => add('subworkflow', id, options, { child }),
    approval: (id, options) => add('approval', id, options),
    event: (id, options) => add('event', id, options),
    sleep: (id, until, options) => add('sleep', id, options, { until }),
    resource: (id, options) => add('resource', id, options),
    onFinish: (id, options) => void add('finish', id, options),
    group: (name, build) => {
      if (typeof build !== 'function') {
        throw new TypeError(`group '${text(name)}' in '${workflow}': write group('${text(name)}', ({ task }) => …)`);
      }
      return build(nodeBuilder(workflow, nodes, `${prefix}${text(name)}.`));
    },
  };
}

/** From JavaScript anything may come as a name: in a group it must not become a string that looks like one. */
function inGroup(prefix: string, name: string): string {
  return prefix === '' ? name : prefix + text(name);
}

function text(name: unknown): string {
  return typeof name === 'string' ? name : '';
}
