import type { RunOutcome } from '../../../src/core/run-outcome.js';
import { isSettled } from '../../../src/core/task-state.js';
import { allWorkSettled, nodeAt, type OracleRun } from './oracle-run.js';
import { newUnit, type OracleNode, type OracleUnit } from './oracle-unit.js';

/** Compensations and `destroy`s whose time has come get a unit of their own. */
export function beginUndoing(run: OracleRun): boolean {
  const due = run.work.filter((node) => node.undo === undefined && isUndoDue(run, node));
  for (const node of due) {
    node.undo = newUnit({ task: node.index, undo: true });
    run.units.push(node.undo);
  }
  return due.length > 0;
}

function isUndoDue(run: OracleRun, node: OracleNode): boolean {
  if (node.state !== 'succeeded') return false;
  if (node.planned.kind === 'resource') return consumersOf(run, node).every(isThroughWithIt);
  return (
    isCompensated(run, node) &&
    allConsumersOf(run, node).every((later) => !isCompensated(run, later) || hasEndedUndo(later))
  );
}

/** A resource needs what it was made with until it is destroyed. */
function isThroughWithIt(consumer: OracleNode): boolean {
  const mustBeDestroyed = consumer.planned.kind === 'resource' && consumer.state === 'succeeded';
  return isSettled(consumer.state) && (!mustBeDestroyed || hasEndedUndo(consumer));
}

function isCompensated(run: OracleRun, { planned, state }: OracleNode): boolean {
  if (!planned.compensate || state !== 'succeeded' || !allWorkSettled(run)) return false;
  const outcome = outcomeOfWork(run, { withUndos: false });
  const { compensateOn = ['failed', 'cancelled'] } = run.plan;
  return outcome !== 'completed' && compensateOn.includes(outcome);
}

function hasEndedUndo({ undo }: OracleNode): boolean {
  return undo !== undefined && isSettled(undo.state);
}

function consumersOf(run: OracleRun, { index }: OracleNode): OracleNode[] {
  return run.work.filter(({ planned }) => planned.needs.includes(index));
}

/** What needs it, directly or through others. */
function allConsumersOf(run: OracleRun, node: OracleNode): OracleNode[] {
  const reached = new Set([node.index]);
  for (const later of run.work) if (later.planned.needs.some((need) => reached.has(need))) reached.add(later.index);
  reached.delete(node.index);
  return [...reached].map((index) => nodeAt(run, index));
}

/** All that `onFinish` waits for. */
export function allButFinishEnded(run: OracleRun): boolean {
  return allWorkSettled(run) && run.work.every((node) => node.undo === undefined || hasEndedUndo(node));
}

/** How the run ended, once it has. */
export function outcomeOf(run: OracleRun): RunOutcome | undefined {
  const finish = run.plan.finish === undefined ? undefined : nodeAt(run, run.plan.finish);
  if (!allButFinishEnded(run) || (finish !== undefined && !isSettled(finish.state))) return undefined;
  return outcomeOfWork(run, { withUndos: true });
}

/** Compensation is decided before there are failures of it. */
export function outcomeOfWork({ work }: OracleRun, { withUndos }: { withUndos: boolean }): RunOutcome {
  if (withUndos && work.some(isUndoFailure)) return 'failed';
  if (work.some((node) => [node, ...(node.parts ?? [])].some(isStoppedByRequest))) return 'cancelled';
  return work.some(isFatal) ? 'failed' : 'completed';
}

function isUndoFailure({ undo, planned }: OracleNode): boolean {
  return undo?.state === 'failed' && !(planned.kind === 'resource' && planned.allowFailure);
}

function isStoppedByRequest({ state, cause }: OracleUnit): boolean {
  return state === 'cancelled' && cause?.kind === 'runCancelled';
}

function isFatal({ state, cause, isFailureAllowed }: OracleNode): boolean {
  const isFailure = state === 'failed' || (state === 'cancelled' && cause?.kind === 'operator');
  return isFailure && !isFailureAllowed;
}
