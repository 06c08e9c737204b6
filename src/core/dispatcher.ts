import type { SchedulerCommand } from './command.js';
import type { Graph } from './graph.js';
import type { MapProgress } from './map-progress.js';
import { optionsOf, taskAt } from './plan.js';
import { ReadyQueue } from './ready-queue.js';
import type { TaskOrchestrator } from './task-orchestrator.js';
import type { Units } from './units.js';
import { WaveBarrier } from './wave-barrier.js';

/** Gives places to what is ready: those of the run, of its waves, and of its maps. */
export class Dispatcher {
  readonly #units: Units;
  readonly #barrier: WaveBarrier | undefined;
  readonly #ready = new ReadyQueue<TaskOrchestrator>();
  #waits: TaskOrchestrator[] = [];
  /** What is in a queue, here or of its map or wave: an operator's order may make ready what was so already. */
  readonly #queued = new Set<TaskOrchestrator>();
  #inFlight = 0;
  isPaused = false;
  isDraining = false;

  constructor(units: Units, graph: Graph) {
    this.#units = units;
    this.#barrier = units.plan.scheduling === 'waves' ? new WaveBarrier(graph) : undefined;
  }

  /** Activities and child workflows that run now. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** A unit that is ready goes on, as soon as there is a place for it. */
  admit(unit: TaskOrchestrator): void {
    if (!unit.isReady || this.#queued.has(unit)) return;
    this.#queued.add(unit);
    const map = this.#units.mapOf(unit);
    if (map !== undefined) {
      map.offer(unit);
      this.admitParts(map);
    } else if (this.#isBeyondWaves(unit) || (this.#barrier?.admits(unit.index) ?? true)) {
      this.#enqueue(unit);
    }
  }

  admitParts(map: MapProgress): void {
    for (const part of map.admit()) {
      this.#queued.add(part);
      this.#ready.push(part);
    }
  }

  /** Opens the waves that waited for this task. */
  settle(task: number): void {
    for (const released of this.#barrier?.settle(task) ?? []) this.#enqueue(this.#units.task(released));
  }

  /** What begins to wait now; that needs no place. */
  takeWaits(): readonly TaskOrchestrator[] {
    const waits = this.#waits;
    this.#waits = [];
    for (const unit of waits) this.#queued.delete(unit);
    return waits.filter(({ isReady }) => isReady);
  }

  /** Starts what there is a place for. */
  dispatchReady(at: number, commands: SchedulerCommand[]): void {
    if (this.isPaused || this.isDraining) return;
    while (this.#inFlight < this.#units.plan.maxConcurrentTasks) {
      const unit = this.#ready.shift();
      if (unit === undefined) return;
      this.#queued.delete(unit);
      if (unit.isReady) this.#dispatch(unit, at, commands);
      else this.#leavePlace(unit);
    }
  }

  /** It runs no more. */
  leaveFlight(unit: TaskOrchestrator): void {
    this.#inFlight--;
    this.#leavePlace(unit);
  }

  #isBeyondWaves({ ref, index }: TaskOrchestrator): boolean {
    return ref.undo === true || index === this.#units.plan.finish;
  }

  #enqueue(unit: TaskOrchestrator): void {
    if (unit.step === 'wait') this.#waits.push(unit);
    else this.#ready.push(unit);
  }

  #dispatch(unit: TaskOrchestrator, at: number, commands: SchedulerCommand[]): void {
    const { ref, step, attempts: attemptsUsed } = unit;
    const { plan } = this.#units;
    this.#inFlight++;
    this.#units.change(unit, () => unit.dispatch(at));
    const { dispatchCount: dispatch } = unit;
    if (step === 'child') {
      commands.push({ kind: 'startChild', ...ref, dispatch });
    } else if (step !== 'wait') {
      const attemptsLeft = unit.attemptsLeft(optionsOf(plan, taskAt(plan, unit.index)).retry.maximumAttempts);
      commands.push({ kind: 'startTask', ...ref, dispatch, call: step, attemptsUsed, attemptsLeft });
    }
  }

  /** Another item may take a place among those of its map. */
  #leavePlace(unit: TaskOrchestrator): void {
    const map = this.#units.mapOf(unit);
    if (map === undefined) return;
    map.release();
    this.admitParts(map);
  }
}
