import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** One entry of a task's handler. */
export interface Entry {
  /** `ctx.idempotencyKey`. */
  readonly key: string;
  readonly workflowId: string;
  readonly task: string;
  readonly attempt: number;
  /** The identity of the worker that entered it. */
  readonly worker: string;
}

/**
 * Appends a line, deduplicating nothing. The file is opened with O_APPEND and written at once, so that the lines of all processes
 * stand in the order of the entries and SIGKILL tears none.
 */
export function logEntry(file: string, entry: Entry): void {
  appendFileSync(file, `${JSON.stringify(entry)}\n`);
}

/** All entries, in order. */
export function readEntries(file: string): Entry[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Entry => JSON.parse(line));
}
