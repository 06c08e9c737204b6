import { type CachedColumn, type CachedFrom, readCached, sliceCached, writeCached } from './cached-column.js';
import type { Cause } from './cause.js';
import { STATE_LETTERS, stateOfLetter } from './state-letter.js';
import type { TaskOrchestrator } from './task-orchestrator.js';
import type { TaskState } from './task-state.js';
import { readCause, type WireCause } from './wire-cause.js';

/**
 * The states of many units, small: columns instead of rows, a letter for each state, times relative to the run's start, and what is
 * usual left out.
 */
export interface UnitColumns {
  /** One letter for each unit, see {@link STATE_LETTERS}. */
  readonly states: string;
  /** Attempts, where there were other than one. */
  readonly attempts: Readonly<Record<number, number>>;
  readonly scheduled: readonly (number | null)[];
  readonly settled: readonly (number | null)[];
  readonly causes: Readonly<Record<number, WireCause>>;
  /** When their timers elapse. */
  readonly until?: Readonly<Record<number, number>>;
  /** Of those whose output was found in the cache. */
  readonly cached?: CachedColumn;
}

/** One unit of them. Times are milliseconds since the epoch. */
export interface UnitStatus {
  readonly state: TaskState;
  readonly attempts: number;
  readonly scheduledAt: number | undefined;
  readonly settledAt: number | undefined;
  readonly cause: Cause | undefined;
  /** When its wait, hold or backoff ends by itself. */
  readonly until: number | undefined;
  /** The run that made its output, where that was found in the cache. */
  readonly cached: CachedFrom | undefined;
}

export function writeColumns(
  units: readonly TaskOrchestrator[],
  startedAt: number,
  shorten: (cause: Cause) => WireCause,
): UnitColumns {
  const attempts: Record<number, number> = {};
  const causes: Record<number, WireCause> = {};
  const until: Record<number, number> = {};
  units.forEach((unit, index) => {
    if (unit.attempts !== 1) attempts[index] = unit.attempts;
    if (unit.cause !== undefined) causes[index] = shorten(unit.cause);
    if (unit.until !== undefined) until[index] = unit.until - startedAt;
  });
  const cached = writeCached(units);
  const sinceStart = (time: number | undefined) => (time === undefined ? null : time - startedAt);
  return {
    states: units.map(({ state }) => STATE_LETTERS[state]).join(''),
    attempts,
    scheduled: units.map(({ scheduledAt }) => sinceStart(scheduledAt)),
    settled: units.map(({ settledAt }) => sinceStart(settledAt)),
    causes,
    ...(Object.keys(until).length > 0 && { until }),
    ...(cached !== undefined && { cached }),
  };
}

export function readColumn(columns: UnitColumns, index: number, startedAt: number): UnitStatus {
  const absolute = (time: number | null | undefined) => (time == null ? undefined : startedAt + time);
  return {
    state: stateOfLetter(columns.states.charAt(index)),
    attempts: columns.attempts[index] ?? 1,
    scheduledAt: absolute(columns.scheduled[index]),
    settledAt: absolute(columns.settled[index]),
    cause: readCause(columns.causes[index]),
    until: absolute(columns.until?.[index]),
    cached: readCached(columns.cached, index),
  };
}

/** Without what is least missed where there is no room for all: the times, and where outputs came from. */
export function withoutTimes({ cached: _, ...columns }: UnitColumns): UnitColumns {
  return { ...columns, scheduled: [], settled: [] };
}

/** The rows from `from` up to, and not with, `to`. */
export function sliceColumns(columns: UnitColumns, from: number, to: number): UnitColumns {
  const pick = <T>(record: Readonly<Record<number, T>>): Record<number, T> =>
    Object.fromEntries(
      Object.entries(record)
        .filter(([index]) => Number(index) >= from && Number(index) < to)
        .map(([index, value]) => [Number(index) - from, value]),
    );
  const cached =
    columns.cached && sliceCached(columns.cached, (row) => (row < from || row >= to ? undefined : row - from));
  return {
    states: columns.states.slice(from, to),
    attempts: pick(columns.attempts),
    scheduled: columns.scheduled.slice(from, to),
    settled: columns.settled.slice(from, to),
    causes: pick(columns.causes),
    ...(columns.until !== undefined && { until: pick(columns.until) }),
    ...(cached !== undefined && { cached }),
  };
}
