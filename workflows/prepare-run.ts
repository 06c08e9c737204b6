import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  log,
  proxyLocalActivities,
  workflowInfo,
} from '@temporalio/workflow';
import { isInputStored } from '../src/core/inline-budget.js';
import { isRecord, type Json } from '../src/core/json.js';
import { MalformedPlanError } from '../src/core/malformed-plan.js';
import { type Plan, workflowTypeOf } from '../src/core/plan.js';
import { type PooledState, unpoolClaims } from '../src/core/pooled-claims.js';
import {
  FailureType,
  PLAN_ACTIVITY,
  type PlanReply,
  type PlanRequest,
  PROTOCOL,
  type RunEnvelope,
} from '../src/core/protocol.js';
import { readPlan } from '../src/core/read-plan.js';
import type { SchedulerState } from '../src/core/scheduler-state.js';
import { storedOutput, wireOutput } from '../src/core/wire-output.js';
import { ValueStore } from './value-store.js';

export interface PreparedRun {
  readonly plan: Plan;
  /** As it travels. */
  readonly input: Json | undefined;
  /** What else came with the start. */
  readonly envelope: RunEnvelope;
  /** Of the run that it goes on from. */
  readonly state: SchedulerState | undefined;
}

/**
 * The run's plan and input: those that its client sent, or the worker's own, made by a local activity whose result history
 * keeps. What is wrong with the arguments fails the run; what a better worker could do fails only the workflow task.
 */
export async function prepareRun(input: unknown, envelope: unknown, state: unknown): Promise<PreparedRun> {
  if (envelope === undefined || envelope === null) return planOnWorker(input, { protocol: PROTOCOL });
  if (!isRecord(envelope) || typeof envelope.protocol !== 'number') {
    throw failRun(
      FailureType.malformedPlan,
      'the second argument must be { protocol, plan? }; to start a run by hand give the input alone',
    );
  }
  requireKnownProtocol(envelope.protocol);
  if (isRecord(envelope.plan)) requireKnownProtocol(envelope.plan.protocol);
  const known = envelope as unknown as RunEnvelope; // its plan is checked below, the rest was made by a Pawl
  if (envelope.plan === undefined) return planOnWorker(input, known);
  const plan = checkPlan(envelope.plan, known);
  return {
    plan,
    input: await placeInput(input as Json | undefined, plan, known),
    envelope: known,
    state: isRecord(state) ? unpoolClaims(state as unknown as PooledState) : undefined, // made by a Pawl, as above
  };
}

function requireKnownProtocol(protocol: unknown): void {
  if (typeof protocol !== 'number' || protocol <= PROTOCOL) return;
  throw new Error(
    `the run was started with protocol ${protocol}, this worker knows ${PROTOCOL}; it goes on when a worker with a newer Pawl polls this task queue`,
  );
}

function checkPlan(value: unknown, { shard }: RunEnvelope): Plan {
  const { workflowType } = workflowInfo();
  try {
    const plan = readPlan(value);
    if (workflowType === workflowTypeOf(plan, shard)) return plan;
    throw new MalformedPlanError(`it is the plan of '${plan.workflow}', the run is a '${workflowType}'`, {
      place: 'plan.workflow',
    });
  } catch (error) {
    if (error instanceof MalformedPlanError) throw failRun(FailureType.malformedPlan, error.message);
    throw error;
  }
}

async function planOnWorker(input: unknown, envelope: RunEnvelope): Promise<PreparedRun> {
  const { workflowType } = workflowInfo();
  const activities = proxyLocalActivities<Record<string, (request: PlanRequest) => Promise<PlanReply>>>({
    startToCloseTimeout: '30s',
    scheduleToCloseTimeout: '1m',
    summary: 'check the input and compile the plan',
  });
  const request = { workflow: workflowType, ...(input !== undefined && { input }) };
  const reply = await untilOneAnswers(() => activities[PLAN_ACTIVITY]?.(request));
  if (reply === undefined) throw new Error(`the local activity ${PLAN_ACTIVITY} returned nothing`);
  if (reply.status === 'invalidInput') throw failRun(FailureType.invalidInput, reply.message);
  const plan = checkPlan(reply.plan, envelope);
  return { plan, input: await placeInput(wireOutput(reply.input), plan, envelope), envelope, state: undefined };
}

/** Every task is given the input: where it is large, a claim on it. */
async function placeInput(input: Json | undefined, plan: Plan, { owner }: RunEnvelope): Promise<Json | undefined> {
  if (input === undefined || !isInputStored(plan, input)) return input;
  const [claim] = (await new ValueStore(plan.workflow, owner).store([input], 'store the input')) ?? [];
  return claim === undefined ? input : storedOutput(claim);
}

/**
 * Another worker may have the definition: a failure fails only the workflow task, which is retried. Unless history has it
 * already: an SDK records a local activity that failed when it answers a query in the same workflow task, and every worker
 * that replays it, fitting or not, would fail with it for ever. Then it is past, and the next one is asked.
 */
async function untilOneAnswers<T>(ask: () => Promise<T> | undefined): Promise<T | undefined> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (isCancellation(error)) throw error;
      if (workflowInfo().unsafe.isReplaying) continue;
      const reason = error instanceof ActivityFailure && error.cause ? error.cause.message : String(error);
      log.warn(`the run has no plan yet: ${reason}`);
      throw new Error(reason, { cause: error });
    }
  }
}

function failRun(type: string, message: string): ApplicationFailure {
  return ApplicationFailure.create({ type, message, nonRetryable: true });
}
