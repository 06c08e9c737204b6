import type { Call } from '../../../src/core/command.js';
import { optionsOf, type PlannedTask } from '../../../src/core/plan.js';
import { isSettled } from '../../../src/core/task-state.js';
import { allButFinishEnded } from './oracle-endings.js';
import { nodeAt, type OracleRun } from './oracle-run.js';
import { isWait, isWaitingItself, type OracleNode, type OracleUnit } from './oracle-unit.js';

/** What the next dispatch of a unit is: one of the node's functions in an activity, or its child workflow. */
export type Work = Call | 'child';

/** What may be dispatched now, were there places without limit. */
export function startableUnits(run: OracleRun): OracleUnit[] {
  if (!run.isStarted || run.isPaused || run.isDraining) return [];
  return run.units.filter((unit) => isStartable(run, unit));
}

export function isStartable(run: OracleRun, unit: OracleUnit): boolean {
  const isReady =
    unit.state === 'pending' || (unit.state === 'waiting' && !isWaitingItself(unit) && unit.timer === undefined);
  const node = nodeAt(run, unit.ref.task);
  if (!isReady || nextWork(node, unit) === 'wait') return false;
  if (unit !== node) return unit.ref.undo === true || hasPlaceForItem(node);
  if (node.planned.kind === 'finish') return allButFinishEnded(run);
  return node.mayRun && isWaveOpen(run, node);
}

function hasPlaceForItem({ planned, parts = [] }: OracleNode): boolean {
  return parts.filter(({ inFlight }) => inFlight).length < (planned.map?.concurrency ?? Number.POSITIVE_INFINITY);
}

export function freePlaces(run: OracleRun): number {
  return run.plan.maxConcurrentTasks - countInFlight(run);
}

export function countInFlight(run: OracleRun): number {
  let count = 0;
  for (const { inFlight } of run.units) if (inFlight) count += 1;
  return count;
}

/** Under `waves`, a node starts when all nodes of the waves before it are settled. */
export function isWaveOpen(run: OracleRun, { wave }: OracleNode): boolean {
  return run.plan.scheduling !== 'waves' || run.work.every((other) => other.wave >= wave || isSettled(other.state));
}

export function nextWork(node: OracleNode, unit: OracleUnit): Work | 'wait' {
  const { planned } = node;
  if (unit.ref.undo) return planned.kind === 'resource' ? 'destroy' : 'compensate';
  if (unit.ref.part !== undefined) return planned.child === undefined ? 'run' : childWork(planned, unit);
  switch (planned.kind) {
    case 'task':
    case 'resource':
      return 'run';
    case 'map':
      return 'over';
    case 'finish':
      return 'finish';
    case 'subworkflow':
      return childWork(planned, unit);
    default:
      return isWait(node) && planned.asks && !unit.workerSaidYes ? 'when' : 'wait';
  }
}

function childWork({ asks }: PlannedTask, { workerSaidYes }: OracleUnit): Work {
  return asks && !workerSaidYes ? 'with' : 'child';
}

/** How many attempts the next dispatch has, 0 for any number. */
export function attemptsLeft(run: OracleRun, unit: OracleUnit): number {
  const { maximumAttempts } = optionsOf(run.plan, nodeAt(run, unit.ref.task).planned).retry;
  return maximumAttempts === 0 ? 0 : Math.max(1, maximumAttempts - (unit.attempts - unit.attemptsForgiven));
}

/** The scheduler has chosen this one of those that are startable. */
export function start(run: OracleRun, unit: OracleUnit): void {
  unit.scheduledAt ??= run.at;
  unit.state = 'running';
  unit.cause = undefined;
  unit.dispatches += 1;
  unit.inFlight = true;
}
