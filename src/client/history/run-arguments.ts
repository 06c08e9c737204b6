import { isRecord, type Json } from '../../core/json.js';
import { MalformedPlanError } from '../../core/malformed-plan.js';
import { type Plan, workflowTypeOf } from '../../core/plan.js';
import { type PooledState, unpoolClaims } from '../../core/pooled-claims.js';
import type { PlanReply, RunEnvelope } from '../../core/protocol.js';
import { readPlan } from '../../core/read-plan.js';
import type { SchedulerState } from '../../core/scheduler-state.js';
import { wireOutput } from '../../core/wire-output.js';
import type { PayloadReader } from '../payloads.js';
import type { HistoryEvent } from './delivered-events.js';

/** What a run was started with. */
export interface RunArguments {
  readonly input: Json | undefined;
  readonly envelope: RunEnvelope | undefined;
  /** Undefined as long as no worker has made one, and for a plan that the run itself has refused. */
  readonly plan: Plan | undefined;
  readonly state: SchedulerState | undefined;
}

export function readRunArguments(workflowType: string, [input, envelope, state]: readonly unknown[]): RunArguments {
  // The casts: they were made by a Pawl, or the run has failed because of them; an input travels as JSON.
  const known = isRecord(envelope) ? (envelope as unknown as RunEnvelope) : undefined;
  return {
    input: input as Json | undefined,
    envelope: known,
    plan: known?.plan === undefined ? undefined : wellFormed(known.plan, workflowType, known.shard),
    state: isRecord(state) ? unpoolClaims(state as unknown as PooledState) : undefined,
  };
}

/** With the plan that a worker has made, where it was none that came with the start. */
export function withPlanOfWorker(given: RunArguments, workflowType: string, reply: unknown): RunArguments {
  if (!isPlanReply(reply)) return given;
  return { ...given, plan: wellFormed(reply.plan, workflowType, undefined), input: wireOutput(reply.input) };
}

/** The plan of a run, wherever it came from. */
export async function findPlan(events: readonly HistoryEvent[], payloads: PayloadReader): Promise<Plan | undefined> {
  let workflowType = '';
  let given = readRunArguments(workflowType, []);
  for (const { workflowExecutionStartedEventAttributes: started, markerRecordedEventAttributes: marker } of events) {
    if (started) {
      workflowType = started.workflowType?.name ?? '';
      given = readRunArguments(workflowType, await payloads.values(started.input?.payloads));
    }
    if (marker) {
      const [reply] = await payloads.values(marker.details?.result?.payloads);
      given = withPlanOfWorker(given, workflowType, reply);
    }
    if (given.plan !== undefined) return given.plan;
  }
  return undefined;
}

function isPlanReply(value: unknown): value is Extract<PlanReply, { status: 'planned' }> {
  return isRecord(value) && value.status === 'planned';
}

function wellFormed(given: unknown, workflowType: string, shard: RunEnvelope['shard']): Plan | undefined {
  try {
    const plan = readPlan(given);
    return workflowType === workflowTypeOf(plan, shard) ? plan : undefined;
  } catch (error) {
    if (error instanceof MalformedPlanError) return undefined;
    throw error;
  }
}
