import { setTimeout as delay } from 'node:timers/promises';
import { type Client, WorkflowFailedError } from '@temporalio/client';

/** What became of a run. */
export interface DataRun {
  readonly end: 'completed' | 'failed' | 'open';
  readonly result: unknown;
  /** Milliseconds until it ended or was given up. */
  readonly time: number;
  readonly events: number;
  readonly bytes: number;
  /** What history and the run's failure say of errors, each once with how often. */
  readonly problems: readonly string[];
}

interface Ended {
  readonly end: DataRun['end'];
  readonly result?: unknown;
  readonly error?: unknown;
}

/** Starts a run and waits for its end, but not for ever: one that is jammed is looked at and terminated. */
export async function followDataRun(
  client: Client,
  { type, taskQueue, timeLimit }: { readonly type: string; readonly taskQueue: string; readonly timeLimit: number },
): Promise<DataRun> {
  const began = performance.now();
  const run = await client.workflow.start(type, { workflowId: `data-${type}`, taskQueue });
  const { end, result, error } = await Promise.race<Ended>([
    run.result().then(
      (value: unknown) => ({ end: 'completed', result: value }),
      (reason: unknown) => ({ end: 'failed', error: reason }),
    ),
    delay(timeLimit, { end: 'open' }, { ref: false }),
  ]);
  const time = performance.now() - began;
  const [{ historySize = Number.NaN, raw }, { events }] = await Promise.all([run.describe(), run.fetchHistory()]);
  const problems = (events ?? []).flatMap((event) => {
    const failure =
      event.workflowTaskFailedEventAttributes?.failure ?? event.activityTaskFailedEventAttributes?.failure;
    return failure ? [failure.message ?? 'without a message'] : [];
  });
  if (error !== undefined) problems.push(messageOf(error));
  const attempt = raw.pendingWorkflowTask?.attempt;
  if (end === 'open') {
    if (attempt && Number(attempt) > 1) problems.push(`its workflow task fails, attempt ${attempt}`);
    await run.terminate('the benchmark is over');
  }
  return { end, result, time, events: events?.length ?? 0, bytes: historySize, problems: counted(problems) };
}

function messageOf(error: unknown): string {
  const cause = error instanceof WorkflowFailedError ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}

function counted(problems: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const problem of problems) counts.set(problem, (counts.get(problem) ?? 0) + 1);
  return [...counts].map(([problem, count]) => (count === 1 ? problem : `${problem} (${count} times)`));
}
