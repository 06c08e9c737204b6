import { NativeConnection } from '@temporalio/worker';
import { OrchestrationEngine, type Run, type StartOptions, type WorkflowDefinition } from '../../src/index.js';
import { createWorker } from '../../worker/index.js';
import { type HistoryEvent, historyOf } from '../support/run-history.js';

/** A kind of run whose history is kept. */
export interface RecordedRun {
  /** The name of its fixture. */
  readonly name: string;
  /** Types of events without which it would not show what it is for. */
  readonly contains: readonly string[];
  /** Makes the run and returns when it has ended. */
  record(stage: Stage): Promise<unknown>;
}

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
  async withWorker<T>(workflows: readonly WorkflowDefinition[], use: () => Promise<T>): Promise<T> {
    const connection = await NativeConnection.connect({ address: this.address });
    try {
      const worker = await createWorker({
        connection,
        taskQueue: this.taskQueue,
        identity: 'worker',
        workflows,
        shutdownGraceTime: 0,
        stickyQueueScheduleToStartTimeout: 500,
      });
      return await worker.runUntil(use());
    } finally {
      await connection.close();
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

/** Resolves when the run has ended, however it did. */
export async function ended(run: Run<unknown>): Promise<void> {
  await run.result().catch(() => {});
}

/** Makes a run that takes no input, with one worker throughout. */
export function runToItsEnd(stage: Stage, definition: WorkflowDefinition): Promise<void> {
  return stage.withWorker([definition], async () =>
    ended(await stage.engine.start(definition, undefined, stage.options)),
  );
}
