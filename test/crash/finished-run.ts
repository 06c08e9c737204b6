import { type OrchestrationEngine, PawlError, type Run } from '../../src/index.js';
import type { Entry } from '../support/entry-log.js';
import { historyOf } from '../support/run-history.js';
import { type RecordedTask, recordedTasks } from './recorded-tasks.js';

/** A run that has ended, with what Temporal has recorded of it. */
export interface FinishedRun {
  readonly id: string;
  readonly runId: string;
  /** Its outputs, or the code of the error with which it ended. */
  readonly result: unknown;
  readonly recorded: ReadonlyMap<string, RecordedTask>;
  /** How often a plan was recorded, which a run that was started by its name makes once. */
  readonly plans: number;
  /** By task, as `status()` says. */
  readonly attempts: Readonly<Record<string, number>>;
}

export async function finish(engine: OrchestrationEngine, run: Run<unknown>): Promise<FinishedRun> {
  const result = await run.result().catch((error: unknown) => {
    if (error instanceof PawlError) return error.code;
    throw error;
  });
  const history = await historyOf(engine, run);
  return {
    id: run.id,
    runId: run.runId ?? '',
    result,
    recorded: recordedTasks(history),
    plans: history.filter((event) => event.markerRecordedEventAttributes).length,
    attempts: Object.fromEntries((await run.status()).tasks.map((task) => [task.id, task.attempts])),
  };
}

/** Every recorded task of the runs, with the entries of its handler in order. */
export function* tasksOf(runs: readonly FinishedRun[], entries: readonly Entry[]) {
  for (const run of runs) {
    for (const task of run.recorded.values()) {
      const ofTask = entries.filter((entry) => entry.workflowId === run.id && entry.task === task.id);
      yield { run, task, ofTask };
    }
  }
}
