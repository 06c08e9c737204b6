import { Compensation } from './compensation.js';
import type { Dispatcher } from './dispatcher.js';
import type { Graph } from './graph.js';
import { taskAt } from './plan.js';
import { ResourceUse } from './resource-use.js';
import type { RunOutcome } from './run-outcome.js';
import type { TaskOrchestrator } from './task-orchestrator.js';
import type { Units } from './units.js';

/** Undoes what tasks have done: destroys resources that nothing needs any more, and compensates the tasks of a run that failed or was cancelled. */
export class Undoing {
  readonly #units: Units;
  readonly #graph: Graph;
  readonly #dispatcher: Dispatcher;
  readonly #resources: ResourceUse | undefined;
  #compensation: Compensation | undefined;
  #open = 0;

  constructor(units: Units, graph: Graph, dispatcher: Dispatcher) {
    this.#units = units;
    this.#graph = graph;
    this.#dispatcher = dispatcher;
    const { plan } = units;
    this.#resources = plan.tasks.some(({ kind }) => kind === 'resource') ? new ResourceUse(plan, graph) : undefined;
  }

  /** Whether something is to be undone yet. */
  get isOpen(): boolean {
    return this.#open > 0;
  }

  taskSettled({ index, state }: TaskOrchestrator): void {
    if (taskAt(this.#units.plan, index).kind === 'resource' && state === 'succeeded') this.#destroyIfUnused(index);
    else this.#leaveResources(index);
  }

  /** Returns whether that is a failure of the run. */
  settled({ index, state }: TaskOrchestrator): boolean {
    this.#open--;
    const { kind, allowFailure } = taskAt(this.#units.plan, index);
    if (kind === 'resource') this.#leaveResources(index);
    else for (const task of this.#compensation?.ended(index) ?? []) this.#start(task);
    return state === 'failed' && !(kind === 'resource' && allowFailure);
  }

  /** All tasks have settled, and the run has come to this. */
  compensate(outcome: RunOutcome): void {
    const { compensateOn = ['failed', 'cancelled'], tasks } = this.#units.plan;
    if (outcome === 'completed' || !compensateOn.includes(outcome)) return;
    if (!tasks.some(({ compensate }) => compensate)) return;
    for (const task of this.#startCompensation()) this.#start(task);
  }

  /** @param isCompensating whether the tasks had settled, and their compensation had begun */
  restore(isCompensating: boolean): void {
    const { plan, tasks, undos } = this.#units;
    for (const unit of undos.values()) if (!unit.isSettled) this.#open++;
    for (const { index, isSettled, state } of tasks) {
      if (!isSettled || index === plan.finish) continue;
      const isInUse = state === 'succeeded' && undos.get(index)?.isSettled !== true;
      if (taskAt(plan, index).kind !== 'resource' || !isInUse) this.#resources?.settle(index);
    }
    if (!isCompensating) return;
    this.#startCompensation();
    for (const { index, isSettled } of undos.values()) {
      if (isSettled && taskAt(plan, index).compensate) this.#compensation?.ended(index);
    }
  }

  /** Returns the tasks that come first. */
  #startCompensation(): readonly number[] {
    const { plan, tasks } = this.#units;
    this.#compensation = new Compensation(plan, this.#graph, tasks);
    return this.#compensation.begin();
  }

  /** A task needs its resources no more; a resource itself does until it is destroyed. */
  #leaveResources(task: number): void {
    for (const resource of this.#resources?.settle(task) ?? []) this.#destroyIfUnused(resource);
  }

  #destroyIfUnused(resource: number): void {
    if (this.#resources?.isUsed(resource) || this.#units.task(resource).state !== 'succeeded') return;
    if (!this.#units.undos.has(resource)) this.#start(resource); // in a rerun it may have been destroyed before
  }

  #start(task: number): void {
    this.#open++;
    this.#dispatcher.admit(this.#units.addUndo(task));
  }
}
