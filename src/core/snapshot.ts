import { type ItemsSnapshot, itemCounts, itemsSnapshot, sliceItems } from './items-snapshot.js';
import { isRecord } from './json.js';
import type { AuditEntry } from './order.js';
import { type OutputColumn, readOutput, writeOutputs } from './output-column.js';
import type { NodeKind } from './plan.js';
import { PROTOCOL, type StatusRequest } from './protocol.js';
import type { RunOutcome } from './run-outcome.js';
import type { Scheduler } from './scheduler.js';
import { readColumn, type UnitColumns, type UnitStatus, writeColumns } from './unit-columns.js';
import { causeShortener } from './wire-cause.js';
import type { OutputExtent } from './wire-output.js';

/**
 * The state of every task in a compact form, small enough to be kept in the run's memo when it closes. It stands alone: whoever reads it needs
 * neither the plan nor the history.
 */
export interface WireSnapshot extends UnitColumns {
  readonly protocol: number;
  readonly workflow: string;
  readonly planHash: string;
  readonly outcome?: RunOutcome;
  /** Milliseconds since the epoch; the times below count from it. */
  readonly startedAt: number;
  readonly ids: readonly string[];
  readonly titles: Readonly<Record<number, string>>;
  readonly needs: readonly (readonly number[])[];
  /** Of the tasks that made something: how large that is, and where it is stored. */
  readonly outputs?: OutputColumn;
  /** Of the nodes that are not plain tasks. */
  readonly kinds?: Readonly<Record<number, NodeKind>>;
  readonly maps?: Readonly<Record<number, ItemsSnapshot>>;
  /** The compensations and `destroy`s that have begun: the tasks, in the order of the columns. */
  readonly undo?: UnitColumns & { readonly tasks: readonly number[] };
  readonly isPaused?: true;
  readonly audit?: readonly AuditEntry[];
}

/** Whether a memo field is Pawl's; a user's memo may have one of that name. */
export function isWireSnapshot(value: unknown): value is WireSnapshot {
  return isRecord(value) && typeof value.states === 'string' && Array.isArray(value.ids);
}

/** One task of a snapshot. */
export interface TaskStatus extends UnitStatus {
  readonly index: number;
  readonly id: string;
  readonly title: string | undefined;
  readonly kind: NodeKind;
  readonly needs: readonly number[];
  /** Of a task that made something. */
  readonly output: OutputExtent | undefined;
  /** Of a map, once its items are known. */
  readonly items: ItemsSnapshot | undefined;
  /** Its compensation or `destroy`, once that has begun. */
  readonly undo: UnitStatus | undefined;
}

/** @param items which maps' items are there one by one; others are only counted */
export function takeSnapshot(
  scheduler: Scheduler,
  startedAt: number,
  items: 'listed' | 'counted' | StatusRequest = 'counted',
): WireSnapshot {
  const { plan, tasks, audit } = scheduler;
  const shorten = causeShortener();
  const titles: Record<number, string> = {};
  const kinds: Record<number, NodeKind> = {};
  const maps: Record<number, ItemsSnapshot> = {};
  plan.tasks.forEach(({ id, title, kind }, index) => {
    if (title !== undefined) titles[index] = title;
    if (kind !== 'task') kinds[index] = kind;
    const map = scheduler.map(index);
    if (map === undefined) return;
    if (items === 'counted' || (items !== 'listed' && items.items !== id)) maps[index] = itemCounts(map);
    else maps[index] = page(itemsSnapshot(map, startedAt, shorten), items);
  });
  const outputs = writeOutputs(tasks);
  const undos = scheduler.undos();
  return {
    protocol: PROTOCOL,
    workflow: plan.workflow,
    planHash: plan.hash,
    ...(scheduler.outcome !== undefined && { outcome: scheduler.outcome }),
    startedAt,
    ids: plan.tasks.map((task) => task.id),
    titles,
    needs: plan.tasks.map((task) => task.needs),
    ...(outputs !== undefined && { outputs }),
    ...writeColumns(tasks, startedAt, shorten),
    ...(Object.keys(kinds).length > 0 && { kinds }),
    ...(Object.keys(maps).length > 0 && { maps }),
    ...(undos.length > 0 && {
      undo: { tasks: undos.map(({ index }) => index), ...writeColumns(undos, startedAt, shorten) },
    }),
    ...(scheduler.isPaused && { isPaused: true }),
    ...(audit.length > 0 && { audit }),
  };
}

function page(items: ItemsSnapshot, request: 'listed' | StatusRequest): ItemsSnapshot {
  if (request === 'listed') return items;
  const from = request.from - (items.from ?? 0);
  return sliceItems(items, from, from + request.limit);
}

export function readTasks(snapshot: WireSnapshot): TaskStatus[] {
  const { undo, startedAt } = snapshot;
  const undoRows = new Map(undo?.tasks.map((task, row) => [task, row]));
  return snapshot.ids.map((id, index) => {
    const row = undoRows.get(index);
    return {
      index,
      id,
      title: snapshot.titles[index],
      kind: snapshot.kinds?.[index] ?? 'task',
      needs: snapshot.needs[index] ?? [],
      output: readOutput(snapshot.outputs, index),
      ...readColumn(snapshot, index, startedAt),
      items: snapshot.maps?.[index],
      undo: undo === undefined || row === undefined ? undefined : readColumn(undo, row, startedAt),
    };
  });
}
