import { randomUUID } from 'node:crypto';
import { startRun } from '../../../src/client/start-run.js';
import { PROTOCOL } from '../../../src/core/protocol.js';
import {
  compile,
  type OrchestrationEngine,
  type Run,
  RunAlreadyExistsError,
  type RunItem,
  type RunSnapshot,
  type WorkflowDefinition,
} from '../../../src/index.js';
import { childRefsIn, historiesOf } from '../execution-histories.js';
import type { HistoryEvent } from '../run-history.js';
import { type GivenOrder, Operator } from './operator.js';
import { isOutage, throughOutages } from './outage.js';
import type { RandomRun } from './random-run.js';

/** What Temporal keeps of a run that has ended. */
export interface RecordedRun {
  readonly workflowId: string;
  readonly snapshot: RunSnapshot;
  /** Of its maps. */
  readonly items: ReadonlyMap<string, readonly RunItem[]>;
  readonly histories: readonly (readonly HistoryEvent[])[];
}

export interface FinishedRandomRun extends RecordedRun {
  readonly random: RandomRun;
  readonly result: unknown;
  readonly orders: readonly GivenOrder[];
  readonly children: readonly RecordedRun[];
}

export interface RandomDefinition {
  readonly random: RandomRun;
  readonly definition: WorkflowDefinition;
}

/**
 * Runs them all, and stays with each until it has ended.
 *
 * @param options.interval milliseconds between two looks of an operator
 */
export async function finishAll(
  engine: OrchestrationEngine,
  definitions: readonly RandomDefinition[],
  { atOnce, interval }: { readonly atOnce: number; readonly interval: number },
): Promise<FinishedRandomRun[]> {
  const left = [...definitions.entries()];
  const finished: FinishedRandomRun[] = [];
  const work = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [n, { definition, random }] = next;
      const run = await startRandomRun(engine, definition, random);
      const operator = new Operator(run, random, interval);
      const result = await operator.operate();
      finished[n] = {
        random,
        result,
        orders: operator.orders,
        ...(await throughOutages(() => recordsOf(engine, run))),
      };
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return finished;
}

/** Starts a run of the definition, whatever happens to the server meanwhile. */
async function startRandomRun(
  engine: OrchestrationEngine,
  definition: WorkflowDefinition,
  { continueAfter }: RandomRun,
): Promise<Run> {
  const plan = compile(definition);
  const options = {
    workflowId: `${definition.name}-${randomUUID()}`,
    taskQueue: engine.taskQueue,
    // So that a workflow task that a killed worker had goes to another one soon.
    workflowTaskTimeout: 2_000,
    workflowIdReusePolicy: 'REJECT_DUPLICATE' as const,
    args: [undefined, { protocol: PROTOCOL, plan, ...(continueAfter !== undefined && { continueAfter }) }],
  };
  for (;;) {
    try {
      return engine.run(options.workflowId, await startRun(engine.client, definition.name, options));
    } catch (error) {
      if (error instanceof RunAlreadyExistsError)
        return engine.run(options.workflowId, await throughOutages(() => firstRunIdOf(engine, options.workflowId)));
      if (!isOutage(error)) throw error;
    }
  }
}

/** An answer of the server was lost, and not what it had done. */
async function firstRunIdOf(engine: OrchestrationEngine, workflowId: string): Promise<string> {
  const { raw, runId } = await engine.client.workflow.getHandle(workflowId).describe();
  return raw.workflowExecutionInfo?.firstRunId || runId;
}

/** All that is recorded of a run that has ended, and of its child workflows, which have all ended with it. */
async function recordsOf(
  engine: OrchestrationEngine,
  run: Run,
): Promise<RecordedRun & { readonly children: readonly RecordedRun[] }> {
  const recorded = await recordOf(engine, run.id, run.runId ?? '');
  const children: RecordedRun[] = [];
  for (const { workflowId, runId } of childRefsIn(recorded.histories)) {
    await throughOutages(() => engine.run(workflowId, runId).result()).catch(() => {}); // one that was given up may still be stopping
    children.push(await recordOf(engine, workflowId, runId));
  }
  return { ...recorded, children };
}

async function recordOf(engine: OrchestrationEngine, workflowId: string, runId: string): Promise<RecordedRun> {
  const run = engine.run(workflowId, runId);
  const snapshot = await run.status();
  const items = new Map<string, readonly RunItem[]>();
  for (const { id, items: counted } of snapshot.tasks) {
    if (counted !== undefined) items.set(id, (await run.status({ items: id })).items);
  }
  return { workflowId, snapshot, items, histories: await historiesOf(engine, workflowId, runId) };
}
