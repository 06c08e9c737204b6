import type { NodeKind } from '../src/core/plan.js';
import type { Scheduler } from '../src/core/scheduler.js';
import type { TaskOrchestrator } from '../src/core/task-orchestrator.js';

/**
 * Notices waits that have begun: the scheduler has no command for one without a timeout, since on Temporal there is nothing to do for it.
 * It looks only when there are more waits than it knows of.
 */
export class WaitWatch {
  readonly #scheduler: Scheduler;
  #toCome: readonly TaskOrchestrator[];
  #known = 0;

  constructor(scheduler: Scheduler, kinds: readonly NodeKind[]) {
    this.#scheduler = scheduler;
    const { tasks } = scheduler.plan;
    this.#toCome = scheduler.tasks.filter(({ index }) => kinds.includes(tasks[index]?.kind ?? 'task'));
  }

  /** Those that have begun since it was asked last. */
  begun(): readonly TaskOrchestrator[] {
    const { waiting } = this.#scheduler.counts;
    if (this.#toCome.length === 0 || waiting === this.#known) return NONE;
    const begun = this.#toCome.filter(({ isWaiting }) => isWaiting);
    this.#toCome = this.#toCome.filter(({ isWaiting, isSettled }) => !isWaiting && !isSettled);
    this.#known = waiting;
    return begun;
  }

  /** A wait that was noticed is about to end. */
  forget(): void {
    this.#known--;
  }
}

const NONE: readonly TaskOrchestrator[] = [];
