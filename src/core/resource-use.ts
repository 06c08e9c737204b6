import { at, type Graph } from './graph.js';
import { type Plan, taskAt } from './plan.js';

/** Counts for each resource the tasks that still need it. */
export class ResourceUse {
  readonly #plan: Plan;
  /** For each task its edges to dependents that have not settled. */
  readonly #users: Int32Array;

  constructor(plan: Plan, graph: Graph) {
    this.#plan = plan;
    this.#users = Int32Array.from(plan.tasks, (_, task) => at(graph.offsets, task + 1) - at(graph.offsets, task));
  }

  isUsed(resource: number): boolean {
    return at(this.#users, resource) > 0;
  }

  /** Takes a settled task off what it needs, and returns the resources that nobody needs any more. */
  settle(task: number): number[] {
    return taskAt(this.#plan, task).needs.filter((need) => {
      this.#users[need] = at(this.#users, need) - 1;
      return at(this.#users, need) === 0 && taskAt(this.#plan, need).kind === 'resource';
    });
  }
}
