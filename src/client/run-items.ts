import type { CachedFrom } from '../core/cached-column.js';
import type { TaskError } from '../core/cause.js';
import { type ItemsSnapshot, readItems, sliceItems } from '../core/items-snapshot.js';
import type { StatusRequest } from '../core/protocol.js';
import type { WireSnapshot } from '../core/snapshot.js';
import type { TaskState } from '../core/task-state.js';
import type { UnitStatus } from '../core/unit-columns.js';
import { itemId } from '../core/unit-id.js';
import { itemsByState, type StateCounts } from './state-counts.js';
import { dateOf, type PendingAttempt, readableCause, type TaskCause } from './task-snapshot.js';

/** Some of a map's items, at one moment. */
export interface RunItemsPage {
  /** The map's id. */
  readonly map: string;
  readonly total: number;
  /** Of all items, not only those of the page. */
  readonly counts: StateCounts;
  /** The number of the first item of the page. */
  readonly from: number;
  readonly items: readonly RunItem[];
}

/** The state of one item of a map. */
export interface RunItem {
  /** Such as `smoke[3]`. */
  readonly id: string;
  readonly state: TaskState;
  readonly attempts: number;
  readonly scheduledAt: Date | undefined;
  /** When a worker took the attempt that runs now; known for running items of an open run only. */
  readonly startedAt: Date | undefined;
  readonly settledAt: Date | undefined;
  /** When its hold, or the time until it is dispatched again ends by itself. */
  readonly until: Date | undefined;
  readonly error: TaskError | undefined;
  readonly cause: TaskCause | undefined;
  /** The run that made its output, where that was found in the cache: the execution in whose history the call is. */
  readonly cached: CachedFrom | undefined;
}

/** Undefined where the snapshot has the items' counts alone. */
export function listItems(wire: WireSnapshot, page: StatusRequest): readonly UnitStatus[] | undefined {
  const listed = wire.maps?.[wire.ids.indexOf(page.items)];
  if (listed?.items === undefined) return undefined;
  const rows = readItems(listed);
  if (rows.length < listed.total) return rows; // a worker has listed the page alone
  const first = page.from - (listed.from ?? 0);
  return readItems(sliceItems(listed, first, first + page.limit));
}

/** @param pending by the ids of items */
export function buildItemsPage(
  wire: Pick<WireSnapshot, 'ids'>,
  map: ItemsSnapshot | undefined,
  page: StatusRequest,
  rows: readonly UnitStatus[],
  pending: ReadonlyMap<string, PendingAttempt>,
): RunItemsPage {
  const idOf = (index: number) => wire.ids[index] ?? String(index);
  const items = rows.map((row, offset): RunItem => {
    const id = itemId(page.items, page.from + offset);
    const attempt = row.state === 'running' ? pending.get(id) : undefined;
    return {
      id,
      state: row.state,
      attempts: row.state === 'running' ? row.attempts + (attempt?.attempt ?? 1) : row.attempts,
      scheduledAt: dateOf(row.scheduledAt),
      startedAt: attempt?.startedAt,
      settledAt: dateOf(row.settledAt),
      until: dateOf(row.until),
      error: row.cause?.kind === 'error' ? row.cause.error : attempt?.lastFailure,
      cause: row.cause && readableCause(row.cause, id, idOf),
      cached: row.cached,
    };
  });
  const counts = itemsByState(map ?? { total: 0, counts: {} });
  return { map: page.items, total: map?.total ?? 0, counts, from: page.from, items };
}
