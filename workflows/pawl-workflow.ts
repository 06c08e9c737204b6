import { ApplicationFailure, CancelledFailure, defineQuery, setHandler, upsertMemo } from '@temporalio/workflow';
import type { Json } from '../src/core/json.js';
import { explainSize, LARGEST_PAYLOAD, payloadSize } from '../src/core/payload-size.js';
import { FailureType, SNAPSHOT_MEMO, STATUS_QUERY } from '../src/core/protocol.js';
import { describeRunFailure } from '../src/core/run-failure.js';
import type { Scheduler } from '../src/core/scheduler.js';
import type { WireSnapshot } from '../src/core/snapshot.js';
import { prepareRun } from './prepare-run.js';
import { TemporalDriver } from './temporal-driver.js';

/** Bytes up to which the final snapshot is kept in the memo; of a larger run it is rebuilt from history. */
const SNAPSHOT_MAXIMUM = 1024 * 1024;

const statusQuery = defineQuery<WireSnapshot | null>(STATUS_QUERY);

/**
 * The one workflow of Pawl. As the bundle's default export it serves every workflow type; the plan says what this run does.
 *
 * @param input the user's input
 * @param envelope `{ protocol, plan? }`, see {@link RunEnvelope}; without a plan the worker's definition of that name is compiled
 */
export default async function pawlWorkflow(input?: unknown, envelope?: unknown): Promise<Record<string, Json>> {
  let driver: TemporalDriver | undefined;
  setHandler(statusQuery, () => driver?.snapshot() ?? null, {
    description: 'The state of every task, for Pawl clients.',
  });
  const prepared = await prepareRun(input, envelope);
  driver = new TemporalDriver(prepared.plan, prepared.input);
  const outcome = await driver.run();
  keepSnapshot(driver.snapshot());
  switch (outcome) {
    case 'completed':
      return resultOf(driver.scheduler);
    case 'cancelled':
      throw new CancelledFailure('the run was cancelled');
    case 'failed': {
      const { message, details } = describeRunFailure(driver.scheduler);
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
function keepSnapshot(snapshot: WireSnapshot): void {
  if (payloadSize(snapshot) <= SNAPSHOT_MAXIMUM) upsertMemo({ [SNAPSHOT_MEMO]: snapshot });
}
