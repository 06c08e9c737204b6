import type { Cause, TaskError } from './cause.js';
import type { Json } from './json.js';
import type { Approval, Order, Signature } from './order.js';
import { FailureType } from './protocol.js';
import type { KeptDecision } from './scheduler-state.js';
import type { TaskOrchestrator } from './task-orchestrator.js';
import { wireOutput } from './wire-output.js';

/** What an order can do to a unit. */
export interface UnitActions {
  /** A decision or value, for now or for when the node comes to wait. */
  decide(unit: TaskOrchestrator, decision: KeptDecision): void;
  retry(unit: TaskOrchestrator): void;
  skip(unit: TaskOrchestrator, cause: Cause): void;
  succeed(unit: TaskOrchestrator, output: Json | undefined): void;
  /** A person has decided on it: it is not held. */
  fail(unit: TaskOrchestrator, error: TaskError): void;
  cancel(unit: TaskOrchestrator, cause: Cause): void;
}

/** Carries out an order that `refuseOrder` has let pass. */
export function carryOutOrder(
  order: Extract<Order, { readonly task: string }>,
  by: Signature,
  at: number,
  unit: TaskOrchestrator,
  actions: UnitActions,
): void {
  switch (order.verb) {
    case 'approve':
      actions.decide(unit, { kind: 'taken', output: { ...approvalBy(by, at) } });
      break;
    case 'reject':
      actions.decide(unit, { kind: 'rejected', message: `rejected ${saidBy(by)}` });
      break;
    case 'send':
      actions.decide(unit, { kind: 'taken', output: wireOutput(order.value) ?? null });
      break;
    case 'retry':
      actions.retry(unit);
      break;
    case 'skip':
      actions.skip(unit, operatorCause('skip', by));
      break;
    case 'complete':
      actions.succeed(unit, wireOutput(order.output));
      break;
    case 'fail':
      actions.fail(unit, { type: FailureType.failedByOperator, message: order.message });
      break;
    case 'cancel':
      actions.cancel(unit, operatorCause('cancel', by));
      break;
  }
}

function approvalBy({ actor, reason }: Signature, at: number): Approval {
  return { by: actor, at: new Date(at).toISOString(), ...(reason !== undefined && { reason }) };
}

function saidBy({ actor, reason }: Signature): string {
  return reason === undefined ? `by ${actor}` : `by ${actor}: ${reason}`;
}

function operatorCause(verb: 'skip' | 'cancel', { actor, reason }: Signature): Cause {
  return { kind: 'operator', verb, actor, ...(reason !== undefined && { reason }) };
}
