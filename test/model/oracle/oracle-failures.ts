import { isSettled } from '../../../src/core/task-state.js';
import { passesTolerance, watchTolerance } from './oracle-maps.js';
import { settleByRules } from './oracle-needs.js';
import { nodeAt, type OracleRun, settle, stoppedBy, stopWork } from './oracle-run.js';
import type { ExpectedCause, OracleNode, OracleUnit } from './oracle-unit.js';

/** It has failed for good; a failure that a person has decided is never held. */
export function fail(
  run: OracleRun,
  unit: OracleUnit,
  cause: ExpectedCause,
  options: { isFinal?: boolean } = {},
): void {
  const node = nodeAt(run, unit.ref.task);
  if (unit.ref.undo || node.planned.kind === 'finish') {
    settle(run, unit, 'failed', cause);
    if (unit === node) node.isFailureAllowed = true;
    return;
  }
  const isAllowed = node.planned.allowFailure === true;
  const isTolerated = unit !== node && !passesTolerance(node, 1);
  if (run.plan.onFailure === 'hold' && !options.isFinal && !isAllowed && !isTolerated) {
    stopWork(unit);
    unit.state = 'held';
    unit.cause = cause;
    const { holdTimeout } = run.plan;
    if (holdTimeout !== undefined) unit.timer = { kind: 'hold', due: run.at + holdTimeout };
    return;
  }
  settle(run, unit, 'failed', cause);
  if (unit === node) failNode(run, node);
  else watchTolerance(run, node);
}

/** A node is settled as failed. What could not run because of it is decided before the policy cancels the rest. */
export function failNode(run: OracleRun, node: OracleNode): void {
  node.isFailureAllowed = node.planned.allowFailure === true;
  settleByRules(run);
  if (!node.isFailureAllowed) followPolicy(run, node);
}

export function followPolicy(run: OracleRun, node: OracleNode): void {
  run.failures.push(node.index);
  const cause = stoppedBy(run);
  if (cause === undefined) return;
  cancelUnstarted(run, cause);
  if (run.plan.onFailure === 'cancel') askRunning(run, cause);
}

export function cancelRun(run: OracleRun): void {
  run.isPaused = false;
  if (run.isCancelRequested) return;
  run.isCancelRequested = true;
  cancelUnstarted(run, { kind: 'runCancelled' });
  askRunning(run, { kind: 'runCancelled' });
}

function cancelUnstarted(run: OracleRun, cause: ExpectedCause): void {
  for (const node of run.work) {
    if (!isSettled(node.state) && node.state !== 'running') settle(run, node, 'cancelled', cause);
    else cancelUnstartedParts(run, node, cause);
  }
}

export function cancelUnstartedParts(run: OracleRun, { parts = [] }: OracleNode, cause: ExpectedCause): void {
  for (const part of parts) {
    if (!isSettled(part.state) && part.state !== 'running') settle(run, part, 'cancelled', cause);
  }
}

function askRunning(run: OracleRun, cause: ExpectedCause): void {
  for (const node of run.work) if (node.state === 'running') ask(node, cause);
}

/** Of a map, its items. */
export function ask(node: OracleNode, cause: ExpectedCause, causeOfParts = cause): void {
  node.asked ??= cause;
  for (const part of node.parts ?? []) if (part.state === 'running') part.asked ??= causeOfParts;
}

/** It did not succeed after it was asked to stop, or would have gone on when nothing goes on any more. */
export function cancel(run: OracleRun, unit: OracleUnit, cause: ExpectedCause): void {
  const node = nodeAt(run, unit.ref.task);
  settle(run, unit, 'cancelled', cause);
  if (unit !== node) watchTolerance(run, node);
  else if (cause.kind === 'operator') node.isFailureAllowed = node.planned.allowFailure === true;
}
