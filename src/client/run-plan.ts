import { drawPlan, readGroups } from '../core/drawing/draw-plan.js';
import { criticalPathByDepth, graphOf } from '../core/graph.js';
import { inlineBudgets } from '../core/inline-budget.js';
import type { Json } from '../core/json.js';
import { inKibibytes } from '../core/payload-size.js';
import { childPlan, type NodeKind, type Plan, type PlannedTask, taskAt } from '../core/plan.js';
import { describeNode } from './describe-node.js';

/** What a run would do, before it is started. */
export interface RunPlan {
  readonly workflow: string;
  /** Content hash: the same for the same definition. */
  readonly hash: string;
  /** The input, checked and with defaults filled in. */
  readonly input: Json | undefined;
  /** Every node, in topological order; the one that runs at the end is the last. */
  readonly nodes: readonly RunPlanNode[];
  /** The ids of the tasks by topological depth, without the node that runs at the end. */
  readonly waves: readonly (readonly string[])[];
  /** The ids on the longest path by depth. */
  readonly criticalPath: readonly string[];
  /** The id of the node that runs when all else has ended; undefined if there is none. */
  readonly finish: string | undefined;
  readonly taskCount: number;
  readonly edgeCount: number;
  /** The size of the compiled plan in the run's arguments. */
  readonly bytes: number;
  /**
   * The most that a long run carries over when it continues as new: plan, state, and outputs of the sizes that travel. With a storage outputs are stored
   * where that would be more than 1 MiB; without, a run that carries more than 1.9 MiB can't continue as new, and fails past 46,000 events.
   */
  readonly carriedBytes: number;
  /** All of it, for people, with a drawing of the graph. */
  toString(): string;
}

export interface RunPlanNode {
  readonly id: string;
  readonly title: string;
  readonly kind: NodeKind;
  /** The names of its groups, the outermost first. */
  readonly groups: readonly string[];
  /** The ids of what it needs. */
  readonly needs: readonly string[];
  /** The name of the workflow that it runs as a child, or for each of its items. */
  readonly child: string | undefined;
  /** What its options say, in words: how many items of a map run at once, until when something is waited for. */
  readonly says: readonly string[];
  /** Bytes of JSON of an output that travels in the run's history; what is larger is stored. */
  readonly inlineBytes: number;
}

export function describePlan(plan: Plan, input: Json | undefined): RunPlan {
  const graph = graphOf(plan);
  const waves: string[][] = Array.from({ length: graph.waveCount }, () => []);
  plan.tasks.forEach((task, index) => {
    waves[graph.wave[index] ?? 0]?.push(task.id);
  });
  const described = {
    workflow: plan.workflow,
    hash: plan.hash,
    input,
    nodes: plan.tasks.map((task, index) => nodeOf(plan, task, index)),
    waves,
    criticalPath: criticalPathByDepth(plan, graph).map((index) => taskAt(plan, index).id),
    finish: plan.finish === undefined ? undefined : taskAt(plan, plan.finish).id,
    taskCount: graph.size,
    edgeCount: graph.targets.length,
    bytes: Buffer.byteLength(JSON.stringify(plan)),
    carriedBytes: inlineBudgets(plan)?.carriedBytes ?? 0,
  };
  return { ...described, toString: () => print(plan, described) };
}

function nodeOf(plan: Plan, task: PlannedTask, index: number): RunPlanNode {
  const { id, kind, child, title = id } = task;
  return {
    id,
    title,
    kind,
    groups: readGroups(id).groups,
    needs: task.needs.map((need) => taskAt(plan, need).id),
    child: child === undefined ? undefined : childPlan(plan, child).workflow,
    says: describeNode(plan, task),
    inlineBytes: inlineBudgets(plan)?.ofTask[index] ?? 0,
  };
}

function print(
  plan: Plan,
  { workflow, nodes, criticalPath, bytes, waves, carriedBytes }: Omit<RunPlan, 'toString'>,
): string {
  const special = nodes.filter(({ kind, says }) => kind !== 'task' || says.length > 0);
  const width = Math.max(0, ...special.map(({ id }) => id.length));
  return [
    `${workflow}: ${count(nodes.length, 'task')} in ${count(waves.length, 'wave')}, ${bytes} bytes`,
    drawPlan(plan),
    ...(special.length === 0
      ? []
      : [special.map(({ id, kind, says }) => `${id.padEnd(width)}  ${[kind, ...says].join(', ')}`).join('\n')]),
    ...(criticalPath.length > 0 ? [`longest path: ${criticalPath.join(' → ')}`] : []),
    `outputs: up to ${range(nodes)} travel in history, larger ones are stored; continue-as-new carries at most ${inKibibytes(carriedBytes)}`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function range(nodes: readonly RunPlanNode[]): string {
  const budgets = nodes.map(({ inlineBytes }) => inlineBytes);
  const [least, most] = [Math.min(...budgets), Math.max(...budgets)];
  return least === most ? inKibibytes(most) : `${inKibibytes(least)} to ${inKibibytes(most)}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
