import {
  ApplicationFailure,
  CancelledFailure,
  continueAsNew,
  defineQuery,
  setHandler,
  upsertMemo,
} from '@temporalio/workflow';
import { shardReport } from '../src/core/child-start.js';
import { isInputStored, JOINED_BUDGET, LARGEST_INLINE, SMALLEST, storesOutputs } from '../src/core/inline-budget.js';
import { isRecord, type Json } from '../src/core/json.js';
import { explainSize, LARGEST_PAYLOAD, payloadSize } from '../src/core/payload-size.js';
import type { Plan } from '../src/core/plan.js';
import { FailureType, SNAPSHOT_MEMO, STATUS_QUERY, type StatusRequest } from '../src/core/protocol.js';
import { describeRunFailure } from '../src/core/run-failure.js';
import type { RunOutcome } from '../src/core/run-outcome.js';
import type { Scheduler } from '../src/core/scheduler.js';
import { takeSnapshot, type WireSnapshot } from '../src/core/snapshot.js';
import { storedOutput } from '../src/core/wire-output.js';
import { refuseOrders } from './orders.js';
import { PawlRun } from './pawl-run.js';
import { prepareRun } from './prepare-run.js';
import type { ValueStore } from './value-store.js';

/** Bytes up to which the final snapshot is kept in the memo; of a larger run it is rebuilt from history. */
const SNAPSHOT_MAXIMUM = 1024 * 1024;

const statusQuery = defineQuery<WireSnapshot | null, [StatusRequest?]>(STATUS_QUERY);

/**
 * The one workflow of Pawl. As the bundle's default export it serves every workflow type; the plan says what this run does.
 *
 * @param input the user's input
 * @param envelope `{ protocol, plan? }`, see {@link RunEnvelope}; without a plan the worker's definition of that name is compiled
 * @param state of an earlier run that it goes on from: before it continued as new, or that it is a rerun of
 */
export default async function pawlWorkflow(input?: unknown, envelope?: unknown, state?: unknown): Promise<Json> {
  let run: PawlRun | undefined;
  const answer = (request?: StatusRequest) => run && takeSnapshot(run.scheduler, run.startedAt, request);
  setHandler(statusQuery, (request) => answer(request) ?? null, {
    description: 'The state of every task, for Pawl clients.',
  });
  // With a plan in the arguments the orders that come with the start are kept until it is read, in the same workflow task.
  if (!isPlanned(envelope) || isInputStored(envelope.plan, input as Json)) refuseOrders();
  const prepared = await prepareRun(input, envelope, state);
  run = new PawlRun(prepared);
  const end = await run.execute();
  if (end.kind === 'continues') return continueAsNew<typeof pawlWorkflow>(...end.args);
  keepSnapshot(run);
  if (end.kind === 'exhausted') {
    throw ApplicationFailure.create({ type: FailureType.tooLarge, message: end.reason, nonRetryable: true });
  }
  const { shard } = prepared.envelope;
  // Whatever became of the items, the run that this is a part of decides what it means.
  if (shard !== undefined) return reportOf(run, shard.task);
  return await endRun(run, end.outcome, prepared.envelope.owner === undefined ? LARGEST_PAYLOAD : LARGEST_INLINE);
}

function isPlanned(envelope: unknown): envelope is { readonly plan: Plan } {
  return isRecord(envelope) && isRecord(envelope.plan);
}

/** Its map keeps the reports of all shards. Temporal would terminate one with a larger report, and tell its parent nothing of why. */
async function reportOf({ scheduler, startedAt, values }: PawlRun, task: number): Promise<Json> {
  const report = shardReport(scheduler, task, startedAt);
  const outputs = report.outputs as readonly Json[]; // what this run's own items made
  const isLarge = storesOutputs(scheduler.plan) && payloadSize(outputs) > JOINED_BUDGET;
  const [claim] = (isLarge ? await values.store([outputs], 'store what the items made') : undefined) ?? [];
  const reported = claim === undefined ? report : { ...report, outputs: { claim } };
  const bytes = payloadSize(reported);
  if (bytes <= LARGEST_PAYLOAD) return reported as unknown as Json; // plain data
  const parts = outputs.map((output, part) => [scheduler.idOf({ task, part }), output] as const);
  throw tooLarge(`what the ${outputs.length} items of this part of the map made`, bytes, parts);
}

function tooLarge(what: string, bytes: number, parts: Parameters<typeof explainSize>[2]): ApplicationFailure {
  const message = explainSize(what, bytes, parts);
  return ApplicationFailure.create({ type: FailureType.tooLarge, message, nonRetryable: true });
}

/** @param budget bytes of a result that travels itself: a child's is in its parent's history, with those of many others */
async function endRun({ scheduler, driver, values }: PawlRun, outcome: RunOutcome, budget: number): Promise<Json> {
  switch (outcome) {
    case 'completed':
      return resultOf(scheduler, values, budget);
    case 'cancelled':
      throw new CancelledFailure('the run was cancelled');
    case 'failed': {
      const { message, details } = describeRunFailure(scheduler);
      throw new ApplicationFailure(message, FailureType.runFailed, false, [details], driver.firstFailure);
    }
  }
}

/** Temporal could not record a larger result, and the run would stay open for ever. */
async function resultOf(scheduler: Scheduler, values: ValueStore, budget: number): Promise<Record<string, Json>> {
  const outputs = scheduler.outputs();
  const bytes = payloadSize(outputs);
  if (bytes <= budget) return outputs;
  const names = Object.keys(outputs).filter((name) => payloadSize(outputs[name]) > SMALLEST);
  const given = names.map((name) => outputs[name] ?? null);
  const claims = storesOutputs(scheduler.plan) ? await values.store(given, "store the run's result") : undefined;
  const stored = claims?.map((claim, index) => [names[index], storedOutput(claim)] as const) ?? [];
  const result = { ...outputs, ...Object.fromEntries(stored) };
  // Without a storage; or of thousands the claims alone are too many.
  if (payloadSize(result) > LARGEST_PAYLOAD) throw tooLarge("the run's result", bytes, Object.entries(outputs));
  return result;
}

/** The last command before the end, so that the state of every task can be read without a worker and without the history. */
function keepSnapshot({ scheduler, startedAt }: PawlRun): void {
  for (const items of ['listed', 'counted'] as const) {
    const snapshot = takeSnapshot(scheduler, startedAt, items);
    if (payloadSize(snapshot) > SNAPSHOT_MAXIMUM) continue;
    upsertMemo({ [SNAPSHOT_MEMO]: snapshot });
    return;
  }
}
