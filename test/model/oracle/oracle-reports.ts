import type { UnitEvent } from '../../../src/core/event.js';
import { isSettled } from '../../../src/core/task-state.js';
import { cancel, fail } from './oracle-failures.js';
import { beginItems } from './oracle-maps.js';
import { nodeAt, type OracleRun, settle, stoppedBy, stopWork, unitAt } from './oracle-run.js';
import { nextWork } from './oracle-starts.js';
import type { OracleUnit } from './oracle-unit.js';
import { endWait } from './oracle-waits.js';

/** A report on an older dispatch, or on what is settled, changes nothing. */
export function report(run: OracleRun, event: UnitEvent): void {
  const unit = unitAt(run, event);
  if (event.kind === 'timerElapsed') {
    if (unit.timer !== undefined && event.dispatch === unit.dispatches) elapse(run, unit);
  } else if (!isSettled(unit.state) && unit.inFlight && event.dispatch === unit.dispatches) {
    unit.attempts = event.attempts;
    end(run, unit, event);
  }
}

function end(run: OracleRun, unit: OracleUnit, event: Exclude<UnitEvent, { kind: 'timerElapsed' }>): void {
  switch (event.kind) {
    case 'taskSucceeded':
      succeed(run, unit, event.output);
      break;
    case 'taskSkipped':
      settle(run, unit, 'skipped', { kind: 'condition' });
      break;
    case 'taskFailed':
      if (unit.asked !== undefined) cancel(run, unit, unit.asked);
      else fail(run, unit, { kind: 'error', error: event.error });
      break;
    case 'taskUnserved':
      if (!isStopped(run, unit)) backOff(unit, event.reason);
      break;
    case 'taskCancelled':
      if (unit.asked === undefined)
        throw new Error('the documents do not say what a cancellation is that nobody asked for');
      cancel(run, unit, unit.asked);
  }
}

function succeed(
  run: OracleRun,
  unit: OracleUnit,
  output: Extract<UnitEvent, { kind: 'taskSucceeded' }>['output'],
): void {
  const node = nodeAt(run, unit.ref.task);
  switch (nextWork(node, unit)) {
    case 'over':
      if (!Array.isArray(output)) throw new Error('`over` returns a list');
      beginItems(run, node, output);
      break;
    case 'when':
    case 'with':
      if (isStopped(run, unit)) return;
      stopWork(unit);
      unit.workerSaidYes = true;
      unit.childInput = output;
      unit.state = 'pending';
      break;
    default:
      settle(run, unit, 'succeeded');
      unit.output = output;
  }
}

/** What would have to go on is cancelled, where it was asked to stop, or the run was stopped meanwhile. */
function isStopped(run: OracleRun, unit: OracleUnit): boolean {
  const isWork = !unit.ref.undo && unit.ref.task !== run.plan.finish;
  const cause = unit.asked ?? (isWork ? stoppedBy(run) : undefined);
  if (cause === undefined) return false;
  cancel(run, unit, cause);
  return true;
}

function backOff(unit: OracleUnit, reason: string): void {
  stopWork(unit);
  unit.state = 'waiting';
  unit.cause = { kind: 'unserved', reason };
  unit.timer = { kind: 'backoff', due: undefined };
}

function elapse(run: OracleRun, unit: OracleUnit): void {
  const { timer, cause } = unit;
  unit.timer = undefined;
  if (timer?.kind === 'wait') endWait(run, nodeAt(run, unit.ref.task));
  if (timer?.kind === 'hold' && cause !== undefined) fail(run, unit, cause, { isFinal: true });
}
