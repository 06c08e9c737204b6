import type { Order } from '../../../src/core/order.js';
import { isSettled } from '../../../src/core/task-state.js';
import { allWorkSettled, nodeAt, type OracleRun, stoppedBy } from './oracle-run.js';
import { isWaitingItself, type OracleUnit } from './oracle-unit.js';

/** Whether the state makes the order impossible. */
export function isRefused(run: OracleRun, order: Order): boolean {
  if (!('task' in order)) return order.verb === 'pause' ? run.isPaused : !run.isPaused;
  const unit = orderedUnit(run, order.task);
  if (unit === undefined || isSettled(unit.state) || allWorkSettled(run)) return true;
  const node = nodeAt(run, unit.ref.task);
  switch (order.verb) {
    case 'approve':
    case 'reject':
      return node.planned.kind !== 'approval' || node.kept !== undefined || unit.state === 'held';
    case 'send':
      return node.planned.kind !== 'event' || node.kept !== undefined || unit.state === 'held';
    case 'retry':
      return !isRetryable(run, unit);
    case 'cancel':
      return unit.asked !== undefined;
    case 'skip':
    case 'complete':
    case 'fail':
      return node.planned.kind === 'resource' && unit.ref.part === undefined && unit.state === 'running';
  }
}

/** A map whose items run has nothing to dispatch anew, nor has what nothing is started for any more. */
function isRetryable(run: OracleRun, unit: OracleUnit): boolean {
  if (run.isCancelRequested || stoppedBy(run) !== undefined) return false;
  return unit.state === 'running' ? unit.inFlight : unit.state !== 'pending' && !isWaitingItself(unit);
}

/** `smoke`, or its item `smoke[3]`; not the node that runs at the end. */
export function orderedUnit(run: OracleRun, name: string): OracleUnit | undefined {
  const [, id = '', part] = /^([^[]*)(?:\[(\d+)\])?$/.exec(name) ?? [];
  const node = run.work.find(({ planned }) => planned.id === id);
  return part === undefined ? node : node?.parts?.[Number(part)];
}
