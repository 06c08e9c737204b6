import {
  ApplicationFailure,
  CancelledFailure,
  continueAsNew,
  defineQuery,
  setHandler,
  upsertMemo,
} from '@temporalio/workflow';
import { shardReport } from '../src/core/child-start.js';
import { isRecord, type Json } from '../src/core/json.js';
import { explainSize, LARGEST_PAYLOAD, payloadSize } from '../src/core/payload-size.js';
import { FailureType, SNAPSHOT_MEMO, STATUS_QUERY, type StatusRequest } from '../src/core/protocol.js';
import { describeRunFailure } from '../src/core/run-failure.js';
import type { RunOutcome } from '../src/core/run-outcome.js';
import type { Scheduler } from '../src/core/scheduler.js';
import { takeSnapshot, type WireSnapshot } from '../src/core/snapshot.js';
import { refuseOrders } from './orders.js';
import { PawlRun } from './pawl-run.js';
import { prepareRun } from './prepare-run.js';

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
  if (!isRecord(envelope) || envelope.plan === undefined) refuseOrders();
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
  return endRun(run, end.outcome);
}

/** Temporal would terminate a shard with a larger report, and tell its parent nothing of why. */
function reportOf({ scheduler, startedAt }: PawlRun, task: number): Json {
  const report = shardReport(scheduler, task, startedAt);
  const bytes = payloadSize(report);
  if (bytes <= LARGEST_PAYLOAD) return report as unknown as Json; // plain data
  const outputs = report.outputs.map((output, part) => [scheduler.idOf({ task, part }), output] as const);
  const message = explainSize(`what the ${outputs.length} items of this part of the map made`, bytes, outputs);
  throw ApplicationFailure.create({ type: FailureType.tooLarge, message, nonRetryable: true });
}

function endRun({ scheduler, driver }: PawlRun, outcome: RunOutcome): Json {
  switch (outcome) {
    case 'completed':
      return resultOf(scheduler);
    case 'cancelled':
      throw new CancelledFailure('the run was cancelled');
    case 'failed': {
      const { message, details } = describeRunFailure(scheduler);
      throw new ApplicationFailure(message, FailureType.runFailed, false, [details], driver.firstFailure);
    }
  }
}

/** Temporal could not record a larger result, and the run would stay open for ever. */
function resultOf(scheduler: Scheduler): Record<string, Json> {
  const outputs = scheduler.outputs();
  const bytes = payloadSize(outputs);
  if (bytes <= LARGEST_PAYLOAD) return outputs;
  const message = explainSize("the run's result", bytes, Object.entries(outputs));
  throw ApplicationFailure.create({ type: FailureType.tooLarge, message, nonRetryable: true });
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
