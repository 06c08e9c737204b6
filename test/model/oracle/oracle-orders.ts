import type { Order, Signature } from '../../../src/core/order.js';
import { ask, cancel, cancelUnstartedParts, fail } from './oracle-failures.js';
import { isRefused, orderedUnit } from './oracle-refusals.js';
import { nodeAt, type OracleRun, settle, stopWork } from './oracle-run.js';
import type { ExpectedCause, OracleNode, OracleUnit } from './oracle-unit.js';
import { give } from './oracle-waits.js';

export function carryOut(run: OracleRun, order: Order, by: Signature): void {
  if (isRefused(run, order)) throw new Error('refused orders are not carried out');
  run.audit.push({ at: run.at, verb: order.verb, ...('task' in order && { task: order.task }), ...by });
  if (!('task' in order)) {
    run.isPaused = order.verb === 'pause';
    return;
  }
  const unit = orderedUnit(run, order.task);
  if (unit === undefined) throw new Error(`no unit ${order.task}`);
  steer(run, unit, order, by);
}

type UnitOrder = Extract<Order, { task: string }>;

function steer(run: OracleRun, unit: OracleUnit, order: UnitOrder, by: Signature): void {
  const node = nodeAt(run, unit.ref.task);
  switch (order.verb) {
    case 'approve':
      give(run, node, { kind: 'approved', output: approvalOf(run, by) });
      break;
    case 'reject':
      give(run, node, { kind: 'rejected' });
      break;
    case 'send':
      give(run, node, { kind: 'sent', value: order.value });
      break;
    case 'retry':
      retry(unit);
      break;
    case 'skip':
      abandonParts(run, node, unit);
      settle(run, unit, 'skipped', operatorCause('skip', by));
      break;
    case 'complete':
      abandonParts(run, node, unit);
      settle(run, unit, 'succeeded');
      unit.output = order.output;
      break;
    case 'fail':
      abandonParts(run, node, unit);
      fail(run, unit, { kind: 'error', error: { message: order.message } }, { isFinal: true });
      break;
    case 'cancel':
      cancelUnit(run, node, unit, operatorCause('cancel', by));
  }
}

function approvalOf({ at }: OracleRun, { actor, reason }: Signature) {
  return { by: actor, at: new Date(at).toISOString(), ...(reason !== undefined && { reason }) };
}

function operatorCause(verb: 'skip' | 'cancel', { actor, reason }: Signature): ExpectedCause {
  return { kind: 'operator', verb, actor, ...(reason !== undefined && { reason }) };
}

/** Dispatched with all its attempts as soon as there is a place, or waits anew; from its first step on, `when` included. */
function retry(unit: OracleUnit): void {
  stopWork(unit);
  unit.attemptsForgiven = unit.attempts;
  unit.begunToWait = false;
  unit.workerSaidYes = false;
  unit.state = 'pending';
  unit.cause = undefined;
}

/** A map that an operator settles takes what runs for its items with it. */
function abandonParts(run: OracleRun, node: OracleNode, unit: OracleUnit): void {
  if (unit !== node) return;
  for (const part of node.parts ?? [])
    if (part.settledAt === undefined) settle(run, part, 'cancelled', { kind: 'mapSettled' });
}

function cancelUnit(run: OracleRun, node: OracleNode, unit: OracleUnit, cause: ExpectedCause): void {
  if (unit.state !== 'running') cancel(run, unit, cause);
  else if (unit !== node) unit.asked = cause;
  else {
    ask(node, cause, { kind: 'mapSettled' });
    cancelUnstartedParts(run, node, { kind: 'mapSettled' });
  }
}
