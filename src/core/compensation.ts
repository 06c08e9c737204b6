import { at, type Graph } from './graph.js';
import { type Plan, taskAt } from './plan.js';
import type { TaskOrchestrator } from './task-orchestrator.js';

/**
 * The order in which a run is undone: a task is compensated as soon as everything that needs it, directly or through others, has been. A task
 * that has nothing to compensate is passed at once. O(tasks + edges) in all.
 */
export class Compensation {
  readonly #plan: Plan;
  readonly #tasks: readonly TaskOrchestrator[];
  /** For each task the edges to dependents that are not undone yet. */
  readonly #needed: Int32Array;

  constructor(plan: Plan, graph: Graph, tasks: readonly TaskOrchestrator[]) {
    this.#plan = plan;
    this.#tasks = tasks;
    this.#needed = Int32Array.from(tasks, (_, task) => at(graph.offsets, task + 1) - at(graph.offsets, task));
  }

  /** The tasks to compensate first. */
  begin(): number[] {
    const last = this.#tasks.flatMap((_, task) => (at(this.#needed, task) === 0 ? [task] : []));
    return this.#pass(last);
  }

  /** The tasks that can be compensated now that this one is, or could not be. */
  ended(task: number): number[] {
    return this.#pass(this.#release(task));
  }

  #pass(reached: number[]): number[] {
    const due: number[] = [];
    for (let task = reached.pop(); task !== undefined; task = reached.pop()) {
      if (this.#isDue(task)) due.push(task);
      else reached.push(...this.#release(task));
    }
    return due;
  }

  /** The needs of a task that nothing holds back any more. */
  #release(task: number): number[] {
    return taskAt(this.#plan, task).needs.filter((need) => {
      this.#needed[need] = at(this.#needed, need) - 1;
      return at(this.#needed, need) === 0;
    });
  }

  #isDue(task: number): boolean {
    return taskAt(this.#plan, task).compensate === true && this.#tasks[task]?.state === 'succeeded';
  }
}
