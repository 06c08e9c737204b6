import type { Cause } from './cause.js';
import { type Graph, visitDependents } from './graph.js';
import { needMode, taskAt } from './plan.js';
import type { TaskOrchestrator } from './task-orchestrator.js';
import { NeedTally } from './trigger-rule.js';
import type { Units } from './units.js';

/** What a task's needs say of it. */
export type NeedDecision =
  | { readonly kind: 'wait' | 'run' }
  | { readonly kind: 'skip'; readonly cause: Cause }
  | { readonly kind: 'upstream_fail'; readonly cause: Cause; readonly isAllowed: boolean };

/** Counts how the needs of tasks have ended, and decides by their rules. */
export class NeedDecisions {
  readonly #units: Units;
  readonly #graph: Graph;
  readonly #tallies: readonly NeedTally[];

  constructor(units: Units, graph: Graph) {
    this.#units = units;
    this.#graph = graph;
    this.#tallies = units.plan.tasks.map((task) => new NeedTally(task.trigger ?? 'all_success', task.needs.length));
  }

  /** Tells the dependents of a settled task, and calls `changed` for each that is undecided. Each edge is visited once in a run. */
  tell({ index, needOutcome }: TaskOrchestrator, changed: (dependent: TaskOrchestrator) => void): void {
    visitDependents(this.#graph, index, (dependent, position) => {
      const task = this.#units.task(dependent);
      if (!task.isUndecided) return;
      this.#tally(dependent).add(index, needMode(taskAt(this.#units.plan, dependent), position), needOutcome);
      changed(task);
    });
  }

  decide({ index }: TaskOrchestrator): NeedDecision {
    const tally = this.#tally(index);
    const kind = tally.decide();
    switch (kind) {
      case 'wait':
      case 'run':
        return { kind };
      case 'skip':
        return { kind, cause: this.#skipCause(index) };
      case 'upstream_fail': {
        const from = tally.firstFailed ?? index;
        const blamed = this.#units.task(from);
        const root = blamed.cause?.kind === 'upstream' ? blamed.cause.root : from;
        return { kind, cause: { kind: 'upstream', root, from }, isAllowed: blamed.isFailureAllowed };
      }
    }
  }

  /** Of undecided tasks: the first need that failed and the first that was skipped, -1 for none. */
  saveBlamed(): Record<number, [failed: number, skipped: number]> {
    const blamed: Record<number, [number, number]> = {};
    for (const task of this.#units.tasks) {
      const { firstFailed = -1, firstSkipped = -1 } = this.#tally(task.index);
      if (task.isUndecided && (firstFailed >= 0 || firstSkipped >= 0)) blamed[task.index] = [firstFailed, firstSkipped];
    }
    return blamed;
  }

  restoreBlamed(blamed: Readonly<Record<number, readonly [failed: number, skipped: number]>>): void {
    for (const [task, [failed, skipped]] of Object.entries(blamed)) this.#tally(Number(task)).blame(failed, skipped);
  }

  #skipCause(index: number): Cause {
    const from = this.#tally(index).firstSkipped;
    if (from === undefined) return { kind: 'trigger', rule: taskAt(this.#units.plan, index).trigger ?? 'all_success' };
    const skipped = this.#units.task(from).cause;
    return { kind: 'upstreamSkipped', root: skipped?.kind === 'upstreamSkipped' ? skipped.root : from, from };
  }

  #tally(task: number): NeedTally {
    const tally = this.#tallies[task];
    if (tally === undefined) throw new RangeError(`no task ${task} in the plan of ${this.#units.plan.workflow}`);
    return tally;
  }
}
