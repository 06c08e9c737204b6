import type { OrchestrationEngine, RunSnapshot } from 'pawl';
import type { HandlerEntry } from '../workspace.js';
import { formatDuration } from './duration.js';
import type { Followed } from './follow-run.js';
import type { Paint } from './paint.js';

export interface CrashReport {
  /** Whether every task completed once, and no handler was entered after its task had. */
  readonly isClean: boolean;
  readonly lines: readonly string[];
}

/** Milliseconds since the epoch at which Temporal's history has a task as completed, by task. */
export type Completions = ReadonlyMap<string, readonly number[]>;

export async function readCompletions(
  { client }: OrchestrationEngine,
  { workflowId, runId }: RunSnapshot,
): Promise<Completions> {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const tasks = new Map<string, string>(); // by the event that dispatched them
  const completions = new Map<string, number[]>();
  for (const { eventId, eventTime, ...event } of events ?? []) {
    const dispatched = event.activityTaskScheduledEventAttributes;
    const completed = event.activityTaskCompletedEventAttributes;
    // From a task's second dispatch on, its activity id has a number: `unit#2`.
    if (dispatched) tasks.set(String(eventId), dispatched.activityId?.split('#')[0] ?? '');
    if (!completed) continue;
    const task = tasks.get(String(completed.scheduledEventId)) ?? '';
    const at = Number(eventTime?.seconds) * 1_000 + (eventTime?.nanos ?? 0) / 1_000_000;
    completions.set(task, [...(completions.get(task) ?? []), at]);
  }
  return completions;
}

/** Holds the handlers' own log against Temporal's history. */
export function reportCrash(
  { snapshot, killedAt }: Followed,
  completions: Completions,
  entries: readonly HandlerEntry[],
  paint: Paint,
): CrashReport {
  if (killedAt === undefined) {
    return { isClean: false, lines: ['  The run was over before its worker could be killed.'] };
  }
  const rows = snapshot.tasks.map(({ id, attempts }) => {
    const completed = completions.get(id) ?? [];
    const entered = entries.filter((entry) => entry.task === id);
    const late = entered.filter(({ at }) => completed.some((time) => Date.parse(at) > time));
    return { id, attempts, completed: completed.length, entered: entered.length, late: late.length };
  });
  const again = rows.filter((row) => row.entered > 1).map((row) => row.id);
  const isClean = rows.every((row) => row.completed === 1 && row.late === 0);
  const afterKill = formatDuration((snapshot.closedAt ?? new Date()).getTime() - killedAt.getTime());
  const verdict = isClean
    ? `No finished task ran twice. Interrupted, and run again: ${again.join(', ') || 'none'}. ` +
      `The run finished ${afterKill} after the kill.`
    : 'A finished task ran twice, or one did not complete exactly once.';
  const [head = '', ...body] = alignColumns([
    ['task', 'completed in history', 'handler entries', 'attempts'],
    ...rows.map((row) => [row.id, String(row.completed), String(row.entered), String(row.attempts)]),
  ]);
  return { isClean, lines: [paint('dim', head), ...body, paint(isClean ? 'green' : 'red', `  ${verdict}`)] };
}

/** The first column to the left, numbers to the right. */
function alignColumns(cells: readonly (readonly string[])[]): string[] {
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells.map(([first = '', ...rest]) => {
    const numbers = rest.map((cell, index) => cell.padStart(widths[index + 1] ?? 0));
    return `  ${[first.padEnd(widths[0] ?? 0), ...numbers].join('   ')}`;
  });
}
