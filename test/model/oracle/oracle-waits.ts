import type { WaitPlan } from '../../../src/core/plan.js';
import { fail } from './oracle-failures.js';
import { type OracleRun, settle } from './oracle-run.js';
import { isWaveOpen } from './oracle-starts.js';
import { type Given, isWait, isWaitingItself, type OracleNode } from './oracle-unit.js';

/** One node that its needs, its `when` and the waves let wait begins to wait, or takes what was kept for it. */
export function beginAWait(run: OracleRun): boolean {
  const ready = run.work.filter((node) => mayBegin(run, node));
  // Where one that takes a rejection stops the run, another may have been before it or not.
  const begun = ready.filter((node) => run.choices.hasBegun(node));
  const node = begun.find(({ kept }) => kept?.kind !== 'rejected') ?? begun[0] ?? ready[0];
  if (node === undefined) return false;
  node.scheduledAt ??= run.at;
  node.begunToWait = true;
  node.dispatches += 1;
  if (node.kept !== undefined) take(run, node, node.kept);
  else wait(run, node);
  return true;
}

function mayBegin(run: OracleRun, node: OracleNode): boolean {
  const isReady = run.isStarted && isWait(node) && node.state === 'pending' && node.mayRun;
  return isReady && (node.workerSaidYes || !node.planned.asks) && isWaveOpen(run, node);
}

function wait(run: OracleRun, node: OracleNode): void {
  node.state = 'waiting';
  node.cause = undefined;
  const due = dueOf(node.planned.wait ?? {}, run.at);
  if (due !== undefined) node.timer = { kind: 'wait', due };
}

/** When a sleep ends, or what waits times out. */
function dueOf({ duration, until, timeout }: WaitPlan, at: number): number | undefined {
  if (until !== undefined) return until;
  const delay = duration ?? timeout;
  return delay === undefined ? undefined : at + delay;
}

/** An approval is decided, or an event has its value. */
export function take(run: OracleRun, node: OracleNode, given: Given): void {
  node.kept = undefined;
  switch (given.kind) {
    case 'approved':
      settle(run, node, 'succeeded');
      node.output = given.output;
      break;
    case 'sent':
      settle(run, node, 'succeeded');
      node.output = given.value;
      break;
    case 'rejected':
      fail(run, node, { kind: 'error' }, { isFinal: true });
  }
}

/** Kept where it does not wait yet. */
export function give(run: OracleRun, node: OracleNode, given: Given): void {
  if (isWaitingItself(node)) take(run, node, given);
  else node.kept = given;
}

export function endWait(run: OracleRun, node: OracleNode): void {
  const { kind, wait: { onTimeout } = {} } = node.planned;
  if (kind === 'sleep') settle(run, node, 'succeeded');
  else if (onTimeout === 'skip') settle(run, node, 'skipped', { kind: 'timeout' });
  else if (onTimeout === undefined) fail(run, node, { kind: 'error' });
  else {
    settle(run, node, 'succeeded');
    node.output = onTimeout.value;
  }
}
