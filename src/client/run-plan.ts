import { criticalPathByDepth, graphOf } from '../core/graph.js';
import type { Json } from '../core/json.js';
import type { Plan } from '../core/plan.js';

/** What a run would do, before it is started. */
export interface RunPlan {
  readonly workflow: string;
  /** Content hash: the same for the same definition. */
  readonly hash: string;
  /** The input, checked and with defaults filled in. */
  readonly input: Json | undefined;
  /** The ids of the tasks by topological depth. */
  readonly waves: readonly (readonly string[])[];
  /** The ids on the longest path by depth. */
  readonly criticalPath: readonly string[];
  readonly taskCount: number;
  readonly edgeCount: number;
  /** The size of the compiled plan in the run's arguments. */
  readonly bytes: number;
}

export function describePlan(plan: Plan, input: Json | undefined): RunPlan {
  const graph = graphOf(plan);
  const waves: string[][] = Array.from({ length: graph.waveCount }, () => []);
  plan.tasks.forEach((task, index) => {
    waves[graph.wave[index] ?? 0]?.push(task.id);
  });
  return {
    workflow: plan.workflow,
    hash: plan.hash,
    input,
    waves,
    criticalPath: criticalPathByDepth(plan, graph).map((index) => plan.tasks[index]?.id ?? ''),
    taskCount: graph.size,
    edgeCount: graph.targets.length,
    bytes: Buffer.byteLength(JSON.stringify(plan)),
  };
}
