import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** A user function that an activity called. */
export interface CallEntry {
  /** Milliseconds since the epoch, right before the function did anything. */
  readonly at: number;
  readonly workflowId: string;
  /** `ctx.task`: `build`, `smoke[3]`. */
  readonly unit: string;
  readonly name: CalledFunction;
  readonly activityId: string;
  /** Temporal's, of this activity, from 1. */
  readonly attempt: number;
  /** The needs or the item that it got. */
  readonly given: unknown;
}

export type CalledFunction = 'when' | 'run' | 'over' | 'with' | 'create' | 'compensate' | 'destroy' | 'finish';

/** Opened with O_APPEND and written at once: the lines of all processes stand in their order, and SIGKILL takes back none. */
export function logCall(file: string, entry: CallEntry): void {
  appendFileSync(file, `${JSON.stringify(entry)}\n`);
}

export function readCalls(file: string): ReadonlyMap<string, readonly CallEntry[]> {
  const byRun = new Map<string, CallEntry[]>();
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
  for (const line of lines) {
    const entry = JSON.parse(line) as CallEntry; // as logCall wrote it
    const entries = byRun.get(entry.workflowId);
    if (entries === undefined) byRun.set(entry.workflowId, [entry]);
    else entries.push(entry);
  }
  return byRun;
}
