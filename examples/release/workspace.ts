import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { TaskContext } from 'pawl';
import type { ReleaseInput } from './workflow.js';

export type ReleaseContext = TaskContext<ReleaseInput>;

/** The files of one run. */
export interface Workspace {
  /** The copy of the package that the run works on. */
  readonly copy: string;
  readonly tarballs: string;
  readonly logs: string;
  /** One line for each time that a handler was entered. */
  readonly entries: string;
}

export interface HandlerEntry {
  readonly task: string;
  readonly attempt: number;
  /** The worker's process. */
  readonly pid: number;
  /** ISO 8601. */
  readonly at: string;
}

export function workspaceAt(root: string, rootRunId: string): Workspace {
  const folder = join(root, 'runs', rootRunId);
  return {
    copy: join(folder, 'package'),
    tarballs: join(folder, 'tarballs'),
    logs: join(folder, 'logs'),
    entries: join(folder, 'entries.jsonl'),
  };
}

/**
 * What each handler does first: it finds the run's files, and leaves a line that it was here. The lines are how the demo proves that
 * no finished task ran twice, so they are appended and never deduplicated.
 */
export async function enterTask({ input, idempotencyKey, task, attempt }: ReleaseContext): Promise<Workspace> {
  // workflow id/root run id/task: every attempt comes to the same folder, also after a reset of the run.
  const workspace = workspaceAt(input.root, basename(dirname(idempotencyKey)));
  await mkdir(workspace.logs, { recursive: true });
  const entry: HandlerEntry = { task, attempt, pid: process.pid, at: new Date().toISOString() };
  await appendFile(workspace.entries, `${JSON.stringify(entry)}\n`); // O_APPEND: workers don't overwrite each other's lines
  return workspace;
}

/** How often each task's handler was entered, and when; empty before the first one. */
export async function readEntries({ entries }: Workspace): Promise<HandlerEntry[]> {
  const text = await readFile(entries, 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as HandlerEntry); // enterTask wrote them
}

/** Where what a task's commands print is kept. */
export function logFile({ logs }: Workspace, task: string): string {
  return join(logs, `${task}.log`);
}
