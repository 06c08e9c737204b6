import { describeCause } from '../../src/core/describe-cause.js';
import type { RunOutcome } from '../../src/core/run-outcome.js';
import type { TaskState } from '../../src/core/task-state.js';
import { findUnit, openUnits } from '../find-unit.js';
import { estimateHistory, type HistoryEstimate } from './history-estimate.js';
import type { SimulatedExecution } from './simulated-execution.js';
import type { Simulation } from './simulation.js';
import { criticalPath, type SimulatedStep, spanId } from './span.js';

/** What became of a node, an item, a compensation. Times in milliseconds since the run's start. */
export interface SimulatedTask {
  readonly state: TaskState;
  /** Why it did not succeed, in words. */
  readonly cause: string | undefined;
  /** When it was first dispatched, or began to wait. */
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
}

/** What a simulation showed. */
export class SimulatedRun {
  /** How the run ended; undefined if it does not end unless an operator acts: {@link open} says on what. */
  readonly outcome: RunOutcome | undefined;
  /** Milliseconds of the whole run; of one that does not end, until nothing happened any more. */
  readonly makespan: number;
  /** Events that the schedulers were told of, those of child workflows included. */
  readonly transitions: number;
  readonly #root: SimulatedExecution;
  readonly #simulation: Simulation;
  readonly #startedAt: number;

  /** @internal */
  constructor(root: SimulatedExecution, simulation: Simulation, startedAt: number) {
    this.#root = root;
    this.#simulation = simulation;
    this.#startedAt = startedAt;
    this.outcome = root.scheduler.outcome;
    this.makespan = simulation.now - startedAt;
    this.transitions = simulation.transitions;
  }

  /** The final state of every node of the workflow, in topological order. */
  get tasks(): ReadonlyMap<string, SimulatedTask> {
    return new Map(this.#root.scheduler.plan.tasks.map(({ id }) => [id, this.task(id)]));
  }

  /**
   * @param id of a node, an item `smoke[3]`, an undoing `book:compensate` or `db:destroy`; of a node of a child workflow `trip/book`
   * @throws {@link UnknownTaskError}
   */
  task(id: string): SimulatedTask {
    const { run, unit } = findUnit(this.#root, id);
    const { state, cause, scheduledAt, settledAt } = unit;
    const sinceStart = (time: number | undefined) => (time === undefined ? undefined : time - this.#startedAt);
    return {
      state,
      cause: cause && describeCause(cause, (index) => run.scheduler.idOf({ task: index })),
      startedAt: sinceStart(scheduledAt),
      endedAt: sinceStart(settledAt),
    };
  }

  /** The ids of what was called, of child workflows, waits and holds, in the order in which they began; twice where a node first asks its `when`. */
  get dispatched(): readonly string[] {
    return this.#simulation.begun.map(spanId);
  }

  /** The same, in the order in which they ended. */
  get ended(): readonly string[] {
    return this.#simulation.ended.map(spanId);
  }

  /** What is held, or waits without a timeout, in a run that does not end. */
  get open(): readonly string[] {
    return this.outcome === undefined ? openUnits(this.#root).map(({ id }) => id) : [];
  }

  /**
   * What determined the makespan: a chain of steps, each of which began when the one before it ended, be it that it needs it or that it took its
   * place under `maxConcurrentTasks`, `concurrency` or a wave's barrier. They add up to the makespan.
   */
  get criticalPath(): readonly SimulatedStep[] {
    return criticalPath(this.#root.last, this.#startedAt);
  }

  /**
   * An estimate: an activity and a workflow task are 3 events each, a child workflow 3, a timer 2, an operator's update 2, a request to cancel 1, an
   * execution 2; there is one workflow task for each moment at which something is reported.
   */
  get history(): HistoryEstimate {
    return estimateHistory(this.#root);
  }
}
