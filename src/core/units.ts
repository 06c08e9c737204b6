import { shardsAtOnce } from './child-start.js';
import { partCount } from './item-numbers.js';
import { type MapItems, MapProgress } from './map-progress.js';
import { type Plan, taskAt } from './plan.js';
import { stepsOf } from './step.js';
import { TaskOrchestrator } from './task-orchestrator.js';
import { TASK_STATES, type TaskState } from './task-state.js';
import { unitId } from './unit-id.js';
import type { UnitRef } from './unit-ref.js';

/** All units of a run: its tasks, the parts of its maps, and what undoes its tasks. */
export class Units {
  readonly plan: Plan;
  readonly tasks: readonly TaskOrchestrator[];
  /** Tasks of the plan in each state. */
  readonly counts: Record<TaskState, number>;
  /** By the maps' tasks; each from when its items are known. */
  readonly maps = new Map<number, MapProgress>();
  /** Compensations and `destroy`s by their tasks, in the order in which they became due. */
  readonly undos = new Map<number, TaskOrchestrator>();
  #indices: ReadonlyMap<string, number> | undefined;

  constructor(plan: Plan) {
    this.plan = plan;
    this.tasks = plan.tasks.map(({ allowFailure, kind }, task) => {
      return new TaskOrchestrator({ task }, stepsOf(plan, { task }, false), allowFailure === true || kind === 'finish');
    });
    this.counts = Object.fromEntries(TASK_STATES.map((state) => [state, 0])) as Record<TaskState, number>; // every state is a key
    this.counts.pending = plan.tasks.length;
  }

  task(index: number): TaskOrchestrator {
    const task = this.tasks[index];
    if (task === undefined) throw new RangeError(`no task ${index} in the plan of ${this.plan.workflow}`);
    return task;
  }

  unit(ref: UnitRef): TaskOrchestrator {
    const { task, part, undo } = ref;
    const unit = undo ? this.undos.get(task) : part === undefined ? this.tasks[task] : this.maps.get(task)?.parts[part];
    if (unit === undefined) throw new RangeError(`no unit ${JSON.stringify(ref)} in the run of ${this.plan.workflow}`);
    return unit;
  }

  /** What people call a unit. */
  idOf(ref: UnitRef): string {
    return unitId(this.plan, ref, this.maps.get(ref.task)?.of);
  }

  indexOf(id: string): number | undefined {
    this.#indices ??= new Map(this.plan.tasks.map((task, index) => [task.id, index]));
    return this.#indices.get(id);
  }

  /** The map that a unit is a part of. */
  mapOf({ ref: { task, part } }: TaskOrchestrator): MapProgress | undefined {
    return part === undefined ? undefined : this.maps.get(task);
  }

  /** Whether a unit is a part of a map that is split over child workflows. */
  isShard({ task, part }: UnitRef): boolean {
    return part !== undefined && this.maps.get(task)?.of.shardSize !== undefined;
  }

  /** The parts of maps that are split over child workflows. */
  shards(): TaskOrchestrator[] {
    return [...this.maps.values()].flatMap(({ of, parts }) => (of.shardSize === undefined ? [] : parts));
  }

  /** A state is changed here, so that it is counted. */
  change(unit: TaskOrchestrator, transition: () => void): void {
    const isTask = unit.ref.part === undefined && !unit.ref.undo;
    if (isTask) this.counts[unit.state]--;
    transition();
    if (isTask) this.counts[unit.state]++;
  }

  addMap(task: number, of: MapItems): MapProgress {
    const isSplit = of.shardSize !== undefined;
    const parts = Array.from({ length: partCount(of) }, (_, part) => {
      const ref = { task, part };
      const unit = new TaskOrchestrator(ref, stepsOf(this.plan, ref, isSplit));
      unit.trigger();
      return unit;
    });
    const planned = taskAt(this.plan, task);
    const map = new MapProgress(of, parts, isSplit ? shardsAtOnce(this.plan, planned) : planned.map?.concurrency);
    this.maps.set(task, map);
    return map;
  }

  addUndo(task: number): TaskOrchestrator {
    const ref: UnitRef = { task, undo: true };
    const unit = new TaskOrchestrator(ref, stepsOf(this.plan, ref, false));
    unit.trigger();
    this.undos.set(task, unit);
    return unit;
  }
}
