/** Either an order in which every task comes after its needs, or the tasks of one cycle, the first repeated at the end. */
export type Topology =
  | { readonly kind: 'order'; readonly order: readonly number[] }
  | { readonly kind: 'cycle'; readonly cycle: readonly number[] };

/**
 * Sorts tasks by wave (topological depth), within a wave by how long a line of tasks waits for each, the longest first, and then as declared: deterministic,
 * and each wave is one contiguous range. What one event makes ready in a wave is dispatched in this order, so that what much waits for comes before what nothing waits for
 * (after T. C. Hu, "Parallel sequencing and assembly line problems", Operations Research 9(6), 1961). The waves are found in
 * O(tasks + edges), after A. B. Kahn, "Topological sorting of large networks", CACM 5(11), 1962.
 *
 * @param needs for each task the indices of the tasks it needs
 */
export function sortByWave(needs: readonly (readonly number[])[]): Topology {
  const missing = needs.map((list) => list.length);
  const dependents: number[][] = needs.map(() => []);
  needs.forEach((list, task) => {
    for (const need of list) dependents[need]?.push(task);
  });
  const waves: number[][] = [];
  let wave = needs.flatMap((list, task) => (list.length === 0 ? [task] : []));
  while (wave.length > 0) {
    waves.push(wave);
    const next: number[] = [];
    for (const task of wave) {
      for (const dependent of dependents[task] ?? []) {
        const left = (missing[dependent] ?? 0) - 1;
        missing[dependent] = left;
        if (left === 0) next.push(dependent);
      }
    }
    wave = next;
  }
  const heights = heightsOf(waves, dependents);
  const height = (task: number) => heights[task] ?? 0;
  const order = waves.flatMap((tasks) => tasks.toSorted((a, b) => height(b) - height(a) || a - b));
  return order.length === needs.length ? { kind: 'order', order } : { kind: 'cycle', cycle: findCycle(needs, missing) };
}

/** For each task the length of the longest line of tasks that begins with it. */
function heightsOf(waves: readonly (readonly number[])[], dependents: readonly (readonly number[])[]): number[] {
  const heights: number[] = dependents.map(() => 0);
  for (const task of waves.flat().reverse()) {
    heights[task] =
      (dependents[task] ?? []).reduce((most, dependent) => Math.max(most, heights[dependent] ?? 0), 0) + 1;
  }
  return heights;
}

/** From any task that was never reached, following an unreached need each time must come back to a task seen before. */
function findCycle(needs: readonly (readonly number[])[], missing: readonly number[]): number[] {
  const isStuck = (task: number) => (missing[task] ?? 0) > 0;
  const path: number[] = [];
  let task = missing.findIndex((count) => count > 0);
  while (!path.includes(task)) {
    path.push(task);
    task = needs[task]?.find(isStuck) ?? -1;
  }
  return [...path.slice(path.indexOf(task)), task].reverse();
}
