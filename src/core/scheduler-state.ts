import type { Cause } from './cause.js';
import type { Json } from './json.js';
import { isMadeByItems, saveMap } from './map-state.js';
import type { AuditEntry } from './order.js';
import type { RunOutcome } from './run-outcome.js';
import type { SavedUnit, TaskOrchestrator, UnitProgress } from './task-orchestrator.js';
import { readColumn, type UnitColumns, writeColumns } from './unit-columns.js';
import type { Units } from './units.js';
import { causeShortener } from './wire-cause.js';
import { isInline, type WireList } from './wire-output.js';

/**
 * All that a run is, when nothing is in flight: what continue-as-new carries over, a rerun begins with, and a map's shard is given. Plain JSON; the
 * third argument of the workflow.
 */
export interface SchedulerState {
  /** Milliseconds since the epoch; the other times count from it. */
  readonly startedAt: number;
  readonly progress: RunProgress;
  readonly tasks: SavedUnits;
  /** Of tasks that are undecided: the first need that failed and the first that was skipped, -1 for none. */
  readonly blamed?: Readonly<Record<number, readonly [failed: number, skipped: number]>>;
  readonly maps?: Readonly<Record<number, SavedMap>>;
  readonly undo?: { readonly tasks: readonly number[]; readonly units: SavedUnits };
  readonly kept?: Readonly<Record<number, KeptDecision>>;
  readonly audit?: readonly AuditEntry[];
}

/** How the run as a whole stands. */
export interface RunProgress {
  stage: RunStage;
  /** Tasks that failed, or that an operator cancelled, and may not. */
  fatalFailures: number;
  /** Compensations and `destroy`s that failed. */
  undoFailures: number;
  /** Why nothing new may start, once that is so. */
  closed?: Cause;
  runningAreCancelled?: true;
  cancelTookEffect?: true;
  isPaused?: true;
  /** How the tasks ended, before compensations and `destroy`s could change it. */
  tasksOutcome?: RunOutcome;
}

/** What the run is at: its tasks, their compensation, `onFinish`, or nothing more. */
export type RunStage = 'tasks' | 'compensating' | 'finishing' | 'ended';

export interface SavedUnits extends UnitColumns {
  readonly outputs: Readonly<Record<number, Json>>;
  readonly progress: Readonly<Record<number, UnitProgress>>;
}

export interface SavedMap {
  readonly items: WireList;
  /** How many of them are this run's, where the items are stored. */
  readonly count?: number;
  readonly from: number;
  readonly shardSize?: number;
  readonly tolerated: number;
  /** Absent where none of them has begun, as in a new shard. */
  readonly parts?: SavedUnits;
  /** The output of the map's task is what its items made, and not repeated there. */
  readonly isOutput?: true;
}

/** A decision or a value that came before its node waited for it. */
export type KeptDecision =
  | { readonly kind: 'taken'; readonly output: Json }
  | { readonly kind: 'rejected'; readonly message: string };

/** The units of a run. */
export function saveRun(
  units: Units,
  startedAt: number,
): Pick<SchedulerState, 'startedAt' | 'tasks' | 'maps' | 'undo'> {
  const shorten = causeShortener();
  const undos = [...units.undos.values()];
  const tasks = saveUnits(units.tasks, startedAt, shorten);
  const outputs = { ...tasks.outputs };
  const maps: Record<number, SavedMap> = {};
  for (const [task, map] of units.maps) {
    const isOutput = isMadeByItems(units.task(task), map);
    if (isOutput) delete outputs[task];
    maps[task] = saveMap(map, saveUnits(map.parts, startedAt, shorten), isOutput);
  }
  return {
    startedAt,
    tasks: { ...tasks, outputs },
    maps,
    undo: { tasks: undos.map(({ index }) => index), units: saveUnits(undos, startedAt, shorten) },
  };
}

export function restoreUnits(units: Units, { startedAt, tasks, maps = {}, undo }: SchedulerState): void {
  units.tasks.forEach((task, index) => {
    units.change(task, () => task.restore(readUnit(tasks, index, startedAt)));
  });
  for (const [key, saved] of Object.entries(maps)) {
    const { parts, items, from, tolerated, shardSize } = saved;
    const count = isInline(items) ? items.length : (saved.count ?? 0);
    const map = units.addMap(Number(key), { items, from, tolerated, shardSize, count });
    if (parts === undefined) continue;
    map.parts.forEach((part, index) => {
      part.restore(readUnit(parts, index, startedAt));
      if (part.isSettled) map.settle(part);
    });
    if (saved.isOutput) units.task(Number(key)).output = map.outputs();
  }
  undo?.tasks.forEach((task, row) => {
    units.addUndo(task).restore(readUnit(undo.units, row, startedAt));
  });
}

export function saveUnits(
  units: readonly TaskOrchestrator[],
  startedAt: number,
  shorten = causeShortener(),
): SavedUnits {
  const outputs: Record<number, Json> = {};
  const progress: Record<number, UnitProgress> = {};
  units.forEach((unit, index) => {
    if (unit.output !== undefined) outputs[index] = unit.output;
    const saved = unit.saveProgress();
    if (Object.keys(saved).length > 0) progress[index] = saved;
  });
  return { ...writeColumns(units, startedAt, shorten), outputs, progress };
}

function readUnit(saved: SavedUnits, index: number, startedAt: number): SavedUnit {
  return {
    ...readColumn(saved, index, startedAt),
    output: saved.outputs[index],
    progress: saved.progress[index] ?? {},
  };
}
