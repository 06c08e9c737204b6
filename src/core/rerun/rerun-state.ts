import { taskAt } from '../plan.js';
import { type SchedulerState, saveUnits } from '../scheduler-state.js';
import { stepsOf } from '../step.js';
import { TaskOrchestrator } from '../task-orchestrator.js';
import type { TaskDecision } from './rerun-decision.js';
import { type RerunExtent, rerunMaps } from './rerun-maps.js';
import { fresh, oldTask, type Rerun, settled, triggered } from './rerun-units.js';

/** The state with which a rerun begins: what is reused is settled as it was, all else is pending. */
export function rerunState(
  rerun: Rerun,
  decisions: readonly TaskDecision[],
  startedAt: number,
  extent: RerunExtent = 'all',
): SchedulerState {
  const { plan } = rerun;
  const units = plan.tasks.map((_, index) => rerunUnit(rerun, index, decisions[index]));
  const undos = plan.tasks.flatMap((_, index) => rerunDestroy(rerun, index, decisions[index]) ?? []);
  return {
    startedAt,
    progress: { stage: 'tasks', fatalFailures: 0, undoFailures: 0 },
    tasks: saveUnits(units, startedAt),
    maps: rerunMaps(rerun, decisions, startedAt, extent),
    undo: { tasks: undos.map(({ index }) => index), units: saveUnits(undos, startedAt) },
    kept: keptValues(rerun, decisions),
  };
}

function rerunUnit(rerun: Rerun, index: number, decision: TaskDecision | undefined): TaskOrchestrator {
  const { plan } = rerun;
  const ref = { task: index };
  const was = oldTask(rerun, index);
  if (was === undefined || decision === undefined) return fresh(plan, ref);
  if (decision.action === 'reuse') return settled(rerun, ref, was);
  if (decision.items === undefined) {
    const unit = fresh(plan, ref);
    unit.isDoneAnew = was.isDoneAnew || rerun.old.undoOf(was.index) !== undefined;
    return unit;
  }
  // A map of which some items run again: its `over` is done.
  const { attempts, scheduledAt } = was;
  const unit = new TaskOrchestrator(ref, stepsOf(plan, ref, false));
  unit.restore({ state: 'running', attempts, scheduledAt, ...NOTHING, progress: { triggered: 1 } });
  return unit;
}

function rerunDestroy(rerun: Rerun, index: number, decision: TaskDecision | undefined): TaskOrchestrator | undefined {
  const was = oldTask(rerun, index);
  const undo = was && rerun.old.undoOf(was.index);
  if (undo === undefined || decision?.action !== 'reuse') return undefined;
  const ref = { task: index, undo: true } as const;
  return decision.destroysAgain ? triggered(rerun.plan, ref) : settled(rerun, ref, undo);
}

/** A value that was sent to an event before its time; a decision on what is made anew is not kept. */
function keptValues(rerun: Rerun, decisions: readonly TaskDecision[]): SchedulerState['kept'] & object {
  const { plan } = rerun;
  const kept = rerun.old.save().kept ?? {};
  return Object.fromEntries(
    decisions.flatMap(({ action }, index) => {
      const was = oldTask(rerun, index);
      const value = was && kept[was.index];
      const isWaited = taskAt(plan, index).kind === 'event' && was?.state !== 'succeeded';
      return value !== undefined && isWaited && action === 'rerun' ? [[index, value]] : [];
    }),
  );
}

const NOTHING = { output: undefined, cached: undefined, cause: undefined, settledAt: undefined, until: undefined };
