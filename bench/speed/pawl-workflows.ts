import { setTimeout as delay } from 'node:timers/promises';
import { type TaskHandle, type WorkflowDefinition, workflow } from 'pawl';
import { nameOf, outputOf, sinksOf } from './graph.js';
import type { Workload } from './workloads.js';

type Handle = TaskHandle<number, number, undefined>;
export type Placement = 'activity' | 'local';

/** A workload as Pawl's user would write it. */
export function pawlWorkflow({ name, graph: makeGraph, taskTime }: Workload, placement: Placement): WorkflowDefinition {
  const graph = makeGraph();
  return workflow(name, settingsOf(placement), ({ task }) => {
    const handles: Handle[] = [];
    const handleOf = (node: number) => [nameOf(node), handles[node] as Handle] as const; // needs come first
    graph.forEach((nodes, node) => {
      const needs = Object.fromEntries(nodes.map(handleOf));
      const run = (values: Readonly<Record<string, number>>) => outputOf(node, Object.values(values));
      const runSlowly = async (values: Readonly<Record<string, number>>) => {
        await delay(taskTime);
        return run(values);
      };
      const id = nameOf(node);
      handles.push(taskTime === 0 ? task(id, { needs, run }) : task(id, { needs, run: runSlowly }));
    });
    return Object.fromEntries(sinksOf(graph).map(handleOf));
  });
}

/** An object of no known properties: where this Pawl has no `placement` its compiler refuses the definition, not TypeScript. */
function settingsOf(placement: Placement): object {
  return placement === 'activity' ? {} : { placement };
}
