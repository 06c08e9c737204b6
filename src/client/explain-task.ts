import { UnknownTaskError } from './errors.js';
import { explainWork, type WorkSnapshot } from './explain-work.js';
import type { RunItemsPage } from './run-items.js';
import type { RunSnapshot } from './run-snapshot.js';
import type { StateCounts } from './state-counts.js';
import type { TaskSnapshot } from './task-snapshot.js';

/** Lines of a chain before its middle is left out: that of a line of 10,000 tasks is as long as it. */
const LONGEST_CHAIN = 20;

/** Why a task is in its state, in words: a line for itself, then one for each link of the chain, down to where it began. */
export function explainTask(snapshot: RunSnapshot, id: string): string {
  const byId = new Map(snapshot.tasks.map((task) => [task.id, task]));
  const task = byId.get(id);
  if (task === undefined) throw unknown(snapshot, id);
  const [first = '', ...details] = explainWork(task, snapshot);
  const chain = chainOf(task, byId).flatMap((link) => explainWork(link, snapshot).slice(0, 1));
  const needs =
    task.state === 'pending' ? openNeeds(task, byId).map((need) => explainWork(need, snapshot)[0] ?? '') : [];
  const why = [
    ...details,
    ...orderLines(snapshot, task),
    ...itemLines(task),
    ...compensationLines(task),
    ...shorten(chain),
    ...shorten(needs),
  ];
  return [first, ...why.map((line) => `  ${line}`)].join('\n');
}

/** The same of a map's item. */
export function explainItem(snapshot: RunSnapshot, page: RunItemsPage, id: string): string {
  const item = page.items.find((candidate) => candidate.id === id);
  const map = snapshot.tasks.find((task) => task.id === page.map);
  if (map === undefined) throw unknown(snapshot, page.map);
  if (item === undefined) {
    if (page.total > 0) throw unknownItem(snapshot, page, id);
    return `${id} is not there yet\n${explainTask(snapshot, page.map)}`;
  }
  const work: WorkSnapshot = { ...item, kind: 'item', needs: [] };
  const [first = '', ...details] = explainWork(work, snapshot);
  const lines = [first, ...[...details, ...orderLines(snapshot, item)].map((line) => `  ${line}`)];
  // What it is because of itself needs no more words; the rest follows from its map.
  const isItsOwn = item.error !== undefined || item.state === 'succeeded' || item.state === 'skipped';
  return isItsOwn ? lines.join('\n') : [...lines, explainTask(snapshot, page.map)].join('\n');
}

/** The tasks through which it came, from the nearest to the root. */
function chainOf(task: TaskSnapshot, byId: ReadonlyMap<string, TaskSnapshot>): TaskSnapshot[] {
  const chain: TaskSnapshot[] = [];
  for (let link = before(task, byId); link !== undefined; link = before(link, byId)) chain.push(link);
  return chain;
}

function before({ id, cause }: TaskSnapshot, byId: ReadonlyMap<string, TaskSnapshot>): TaskSnapshot | undefined {
  const from = cause?.from ?? (cause?.kind === 'stopped' ? cause.root : undefined);
  return from === undefined || from === id ? undefined : byId.get(from);
}

/** What it waits for, directly and through others, the nearest first. */
function openNeeds(task: TaskSnapshot, byId: ReadonlyMap<string, TaskSnapshot>): TaskSnapshot[] {
  const found = new Set<TaskSnapshot>([task]);
  for (const { needs } of found) {
    for (const need of needs) {
      const open = byId.get(need);
      if (open !== undefined && open.settledAt === undefined) found.add(open);
    }
  }
  found.delete(task);
  return [...found];
}

/** What operators did to it, where that is not said already. */
function orderLines({ audit }: RunSnapshot, { id, cause }: Pick<TaskSnapshot, 'id' | 'cause'>): string[] {
  if (cause?.kind === 'operator') return [];
  return audit
    .filter(({ task, refused }) => task === id && refused === undefined)
    .map(({ verb, actor, at, reason }) => {
      return `${actor} gave the order to ${verb} at ${at.toISOString()}${reason === undefined ? '' : `: ${reason}`}`;
    });
}

function itemLines({ items, id }: TaskSnapshot): string[] {
  return items === undefined ? [] : [`of the ${items.total} items of ${id} ${countsInWords(items.counts)}`];
}

function countsInWords(counts: StateCounts): string {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  if (some.length === 0) return 'there are none';
  return some.map(([state, count]) => `${count} ${count === 1 ? 'is' : 'are'} ${state}`).join(', ');
}

function compensationLines({ id, compensation, compensationError }: TaskSnapshot): string[] {
  switch (compensation) {
    case undefined:
      return [];
    case 'failed':
      return [`what ${id} did could not be undone: ${compensationError?.message ?? 'for a reason that is not kept'}`];
    case 'running':
      return [`what ${id} did is being undone`];
    case 'compensated':
    case 'destroyed':
      return [`${id} was ${compensation}`];
  }
}

function shorten(lines: readonly string[]): string[] {
  if (lines.length <= LONGEST_CHAIN) return [...lines];
  const half = LONGEST_CHAIN / 2;
  return [...lines.slice(0, half), `… and ${lines.length - LONGEST_CHAIN} more …`, ...lines.slice(-half)];
}

function unknown({ workflowId, tasks }: RunSnapshot, id: string): UnknownTaskError {
  return new UnknownTaskError(`there is no task '${id}'`, {
    place: `run '${workflowId}'`,
    hint: tasks.length === 0 ? 'the run has no plan yet' : 'the ids are in status()',
  });
}

function unknownItem({ workflowId }: RunSnapshot, { map, total }: RunItemsPage, id: string): UnknownTaskError {
  return new UnknownTaskError(`there is no item '${id}'`, {
    place: `run '${workflowId}'`,
    hint: `the items of '${map}' are ${map}[0] to ${map}[${total - 1}]`,
  });
}
