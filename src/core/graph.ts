import type { Plan } from './plan.js';

/**
 * What follows from a plan's edges, computed once for each cached execution in O(tasks + edges). The dependents of task
 * i are `targets[offsets[i]] .. targets[offsets[i + 1] - 1]`: flat arrays, because 10,000 small ones cost more
 * than the scheduling itself.
 */
export interface Graph {
  readonly size: number;
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
  /** For each entry of `targets`, at which of the dependent's needs the edge ends. */
  readonly positions: Int32Array;
  /** Topological depth of each task; tasks of the same depth are a wave. */
  readonly wave: Int32Array;
  readonly waveCount: number;
}

export function graphOf(plan: Plan): Graph {
  const size = plan.tasks.length;
  const offsets = new Int32Array(size + 1);
  const wave = new Int32Array(size);
  let waveCount = 0;
  plan.tasks.forEach((task, index) => {
    let depth = 0;
    for (const need of task.needs) {
      offsets[need + 1] = at(offsets, need + 1) + 1;
      depth = Math.max(depth, at(wave, need) + 1);
    }
    wave[index] = depth;
    if (index !== plan.finish) waveCount = Math.max(waveCount, depth + 1);
  });
  // It comes after everything, and no wave waits for it.
  if (plan.finish !== undefined) wave[plan.finish] = waveCount;
  for (let i = 0; i < size; i++) offsets[i + 1] = at(offsets, i + 1) + at(offsets, i);

  const targets = new Int32Array(at(offsets, size));
  const positions = new Int32Array(targets.length);
  const next = offsets.slice(0, size);
  plan.tasks.forEach((task, index) => {
    task.needs.forEach((need, position) => {
      const slot = at(next, need);
      targets[slot] = index;
      positions[slot] = position;
      next[need] = slot + 1;
    });
  });
  return { size, offsets, targets, positions, wave, waveCount };
}

/** Calls `visit` for each edge from the task, with the dependent and the position of the task among its needs. */
export function visitDependents(
  graph: Graph,
  task: number,
  visit: (dependent: number, position: number) => void,
): void {
  const end = at(graph.offsets, task + 1);
  for (let edge = at(graph.offsets, task); edge < end; edge++)
    visit(at(graph.targets, edge), at(graph.positions, edge));
}

/** An element of a typed array that is known to be in range. */
export function at(array: Int32Array, index: number): number {
  return array[index] as number; // in range by construction; a typed array never holds undefined
}

/** The tasks of the longest path by depth, first to last; of equally long ones the first of the plan. */
export function criticalPathByDepth(plan: Plan, graph: Graph): number[] {
  let last = -1;
  for (let i = graph.size - 1; i >= 0; i--) if (at(graph.wave, i) === graph.waveCount - 1) last = i;
  const path: number[] = [];
  while (last >= 0) {
    path.push(last);
    const depth = at(graph.wave, last);
    last = plan.tasks[last]?.needs.find((need) => at(graph.wave, need) === depth - 1) ?? -1;
  }
  return path.reverse();
}
