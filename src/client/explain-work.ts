import type { RunSnapshot } from './run-snapshot.js';
import type { TaskSnapshot } from './task-snapshot.js';

/** What of a task or an item an explanation is made of. */
export type WorkSnapshot = Pick<
  TaskSnapshot,
  | 'id'
  | 'state'
  | 'attempts'
  | 'scheduledAt'
  | 'startedAt'
  | 'settledAt'
  | 'until'
  | 'error'
  | 'cause'
  | 'cached'
  | 'needs'
> & { readonly kind: TaskSnapshot['kind'] | 'item'; readonly items?: TaskSnapshot['items'] };

type RunView = Pick<RunSnapshot, 'paused' | 'status' | 'tasks' | 'problem'>;

/** Why it is in its state, as far as that shows in itself: the first line says it, the others what can be done, or what else is known. */
export function explainWork(work: WorkSnapshot, run: RunView): string[] {
  const says = (text: string, ...more: (string | undefined)[]) => [
    `${work.id} ${text}`,
    ...more.filter((line) => line !== undefined),
  ];
  if (run.status !== 'running' && UNSETTLED.has(work.state)) {
    return says(`was ${work.state} when the run ended: it is ${run.status.replace('_', ' ')}`);
  }
  switch (work.state) {
    case 'pending':
      return says(`is pending: ${pendingReason(work, run)}`);
    case 'running':
      return says(...running(work));
    case 'waiting':
      return says(...waiting(work));
    case 'held':
      return says(
        `is held: it failed${after(work.attempts)}: ${reason(work)}`,
        work.until === undefined ? undefined : `it counts as failed at ${time(work.until)}`,
        `to go on: task('${work.id}').retry(), .skip(), .complete(output), .fail(message) or .cancel()`,
      );
    case 'failed':
      return says(`failed${at(work.settledAt)}${after(work.attempts)}: ${reason(work)}`);
    case 'succeeded':
      return says(`succeeded${at(work.settledAt)}${after(work.attempts)}`, cachedLine(work));
    case 'skipped':
    case 'upstream_failed':
    case 'cancelled':
      return says(`is ${work.state}${at(work.settledAt)}: ${work.cause?.message ?? 'the reason is not kept'}`);
  }
}

const UNSETTLED: ReadonlySet<WorkSnapshot['state']> = new Set(['running', 'waiting', 'held']);

function pendingReason({ needs, kind }: WorkSnapshot, { paused, status, tasks, problem }: RunView): string {
  if (status !== 'running') return `the run is ${status.replace('_', ' ')}`;
  const open = new Set(tasks.filter((task) => task.settledAt === undefined).map(({ id }) => id));
  const awaited = needs.filter((need) => open.has(need));
  if (awaited.length > 0) return `it waits for what it needs: ${awaited.join(', ')}`;
  if (paused) return 'the run is paused; resume() lets it go on';
  if (problem !== undefined) return `the run makes no progress: ${problem}`;
  if (kind === 'finish') return 'it runs when all else has ended';
  if (kind === 'item') return 'it waits for a free place among the items of its map';
  return 'nothing that it needs is missing; it waits for a free place, or for its wave';
}

function running(work: WorkSnapshot): [string, ...(string | undefined)[]] {
  const since = work.startedAt ?? work.scheduledAt;
  const attempt = work.attempts > 0 ? `, in attempt ${work.attempts}` : '';
  const held = work.items?.counts.held ?? 0;
  const isHeld = held > 0 ? `; ${held} of its ${work.items?.total} items ${held === 1 ? 'is' : 'are'} held` : '';
  const what = `is running${since === undefined ? '' : ` since ${time(since)}`}${attempt}${isHeld}`;
  const isNotTaken = work.startedAt === undefined && RUNS_ON_A_WORKER.has(work.kind);
  return [
    what,
    held > 0
      ? `to go on: task('${work.id}[…]').retry(), .skip(), .complete(output), .fail(message) or .cancel()`
      : undefined,
    isNotTaken ? 'no worker runs an attempt now, as far as the server knows' : undefined,
    work.error && `its last attempt failed: ${firstLine(work.error.message)}`,
  ];
}

/** The kinds whose whole work is an activity. */
const RUNS_ON_A_WORKER: ReadonlySet<WorkSnapshot['kind']> = new Set(['task', 'resource', 'finish']);

function waiting(work: WorkSnapshot): [string, ...(string | undefined)[]] {
  if (work.cause?.kind === 'unserved') {
    const again = work.until === undefined ? undefined : `it is tried again at ${time(work.until)}`;
    return [`is waiting: ${work.cause.message}`, again];
  }
  const since = work.scheduledAt === undefined ? '' : ` since ${time(work.scheduledAt)}`;
  const until = work.until === undefined ? 'without limit' : `until ${time(work.until)}`;
  switch (work.kind) {
    case 'approval':
      return [`waits for a decision${since}, ${until}`, `to go on: approve('${work.id}') or reject('${work.id}')`];
    case 'event':
      return [`waits for its value${since}, ${until}`, `to go on: send('${work.id}', value)`];
    default:
      return [`waits${since}, ${until}`];
  }
}

function cachedLine({ cached }: WorkSnapshot): string | undefined {
  if (cached === undefined) return undefined;
  return `its output was in the cache: the run '${cached.workflowId}' (run id ${cached.runId}) had made it`;
}

function reason({ error, cause }: WorkSnapshot): string {
  return firstLine(error?.message ?? cause?.message ?? 'the reason is not kept');
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

function after(attempts: number): string {
  return attempts > 1 ? ` after ${attempts} attempts` : '';
}

function at(date: Date | undefined): string {
  return date === undefined ? '' : ` at ${time(date)}`;
}

function time(date: Date): string {
  return date.toISOString();
}
