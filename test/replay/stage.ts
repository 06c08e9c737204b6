import { NativeConnection } from '@temporalio/worker';
import type { RunEnvelope } from '../../src/core/protocol.js';
import { readItemId } from '../../src/core/unit-id.js';
import {
  compile,
  OrchestrationEngine,
  type Run,
  type StartOptions,
  type TaskState,
  type WorkflowDefinition,
} from '../../src/index.js';
import { type CreateWorkerOptions, createWorker } from '../../worker/index.js';
import { type HistoryEvent, historyOf } from '../support/run-history.js';

/** A history that is kept. */
interface RecordedHistory {
  /** The name of its fixture. */
  readonly name: string;
  /** Types of events without which it would not show what it is for. */
  readonly contains: readonly string[];
}

/** A kind of run whose history is kept: that of the last execution with its name as workflow id. */
export interface RecordedRun extends RecordedHistory {
  /** What else is kept of it. */
  readonly others?: readonly OtherHistory[];
  /** Makes the run and returns when it has ended. */
  record(stage: Stage): Promise<unknown>;
}

/** The history of a child workflow, or of an earlier execution of a run that continued as new. */
export type OtherHistory = RecordedHistory &
  (
    | {
        /** What stands in its workflow id behind the run's name and a slash. */
        readonly child: string;
      }
    | {
        /** Its number, from 1. */
        readonly execution: number;
      }
  );

/** What a recorded run is made with. Nothing in it names this machine: that would end up in the history. */
export class Stage implements AsyncDisposable {
  readonly engine: OrchestrationEngine;
  readonly address: string;
  readonly taskQueue: string;
  readonly options: StartOptions;

  private constructor(engine: OrchestrationEngine, address: string, workflowId: string) {
    this.engine = engine;
    this.address = address;
    this.taskQueue = engine.taskQueue;
    this.options = { workflowId, workflowTaskTimeout: '2s' };
  }

  /** @param name of the recorded run: its workflow id and its task queue, of its own */
  static async open(address: string, name: string): Promise<Stage> {
    const engine = await OrchestrationEngine.connect({ address, taskQueue: name, identity: 'client' });
    return new Stage(engine, address, name);
  }

  /** Runs a worker for as long as `use` takes. */
  async withWorker<T>(
    workflows: readonly WorkflowDefinition[],
    use: () => Promise<T>,
    options: Pick<CreateWorkerOptions, 'storage'> = {},
  ): Promise<T> {
    const connection = await NativeConnection.connect({ address: this.address });
    try {
      const worker = await createWorker({
        connection,
        taskQueue: this.taskQueue,
        identity: 'worker',
        workflows,
        shutdownGraceTime: 0,
        stickyQueueScheduleToStartTimeout: 500,
        ...options,
      });
      return await worker.runUntil(use());
    } finally {
      await connection.close();
    }
  }

  /** Makes a run that takes no input, with one worker; `use` is called when it has started, and what it does not end is waited for. */
  async steer(definition: WorkflowDefinition, use: (run: Run<unknown>) => Promise<unknown>): Promise<void> {
    await this.withWorker([definition], async () => {
      const run = await this.engine.start(definition, undefined, this.options);
      await use(run);
      await ended(run);
    });
  }

  /** Starts a run that continues as new after so many events, instead of 12,000. */
  async startShort(definition: WorkflowDefinition, continueAfter: number): Promise<Run<unknown>> {
    const plan = compile(definition);
    const envelope: RunEnvelope = { protocol: plan.protocol, plan, continueAfter };
    const { workflowId, firstExecutionRunId } = await this.engine.client.workflow.start(definition.name, {
      workflowId: String(this.options.workflowId),
      taskQueue: this.taskQueue,
      workflowTaskTimeout: '2s',
      args: [undefined, envelope],
    });
    return this.engine.run(workflowId, firstExecutionRunId);
  }

  /** As {@link steer}, of such a run. */
  async steerShort(
    definition: WorkflowDefinition,
    continueAfter: number,
    use: (run: Run<unknown>) => Promise<unknown>,
  ): Promise<void> {
    await this.withWorker([definition], async () => {
      const run = await this.startShort(definition, continueAfter);
      await use(run);
      await ended(run);
    });
  }

  /** Resolves when the task, or the item (`smoke[3]`), is in that state. */
  async waitForState(run: Run<unknown>, id: string, state: TaskState): Promise<void> {
    for (;;) {
      if ((await stateOf(run, id)) === state) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Resolves when history holds an event that satisfies the condition. */
  async waitForEvent(run: Run<unknown>, isIt: (event: HistoryEvent) => unknown): Promise<void> {
    for (;;) {
      const events = await historyOf(this.engine, run);
      if (events.some(isIt)) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.engine.close();
  }
}

async function stateOf(run: Run<unknown>, id: string): Promise<TaskState | undefined> {
  const { task, item } = readItemId(id);
  const { tasks } = await run.status();
  const found = tasks.find((known) => known.id === task);
  if (item === undefined || found?.items === undefined) return item === undefined ? found?.state : undefined;
  const { items } = await run.status({ items: task, from: item, limit: 1 });
  return items[0]?.state;
}

/** Resolves when the run has ended, however it did. */
export async function ended(run: Run<unknown>): Promise<void> {
  await run.result().catch(() => {});
}

/** Makes a run that takes no input, with one worker throughout. */
export function runToItsEnd(
  stage: Stage,
  definition: WorkflowDefinition,
  options: Pick<CreateWorkerOptions, 'storage'> = {},
): Promise<void> {
  const run = async () => ended(await stage.engine.start(definition, undefined, stage.options));
  return stage.withWorker([definition], run, options);
}
