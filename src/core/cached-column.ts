import { isRecord } from './json.js';

/** The execution whose call made an output that was found in the cache. */
export interface CachedFrom {
  readonly workflowId: string;
  readonly runId: string;
}

/** Which units of many have their output from where. Thousands of items may have theirs from one run, so that each run is there once. */
export interface CachedColumn {
  readonly runs: readonly (readonly [workflowId: string, runId: string])[];
  /** By unit: the place of its run among `runs`. */
  readonly of: Readonly<Record<number, number>>;
}

/** What a reply says; undefined unless it is well-formed. */
export function readCachedFrom(value: unknown): CachedFrom | undefined {
  if (!isRecord(value) || typeof value.workflowId !== 'string' || typeof value.runId !== 'string') return undefined;
  return { workflowId: value.workflowId, runId: value.runId };
}

export function writeCached(units: readonly { readonly cached: CachedFrom | undefined }[]): CachedColumn | undefined {
  const column = new ColumnWriter();
  units.forEach(({ cached }, unit) => {
    if (cached !== undefined) column.add(unit, [cached.workflowId, cached.runId]);
  });
  return column.written;
}

export function readCached(column: CachedColumn | undefined, unit: number): CachedFrom | undefined {
  const run = column?.runs[column.of[unit] ?? -1];
  return run && { workflowId: run[0], runId: run[1] };
}

/** @param place of a unit in the new column; undefined: it is not there */
export function sliceCached(
  { runs, of }: CachedColumn,
  place: (unit: number) => number | undefined,
): CachedColumn | undefined {
  const column = new ColumnWriter();
  for (const [unit, run] of Object.entries(of)) {
    const at = place(Number(unit));
    const from = runs[run];
    if (at !== undefined && from !== undefined) column.add(at, from);
  }
  return column.written;
}

class ColumnWriter {
  readonly #runs: CachedColumn['runs'][number][] = [];
  readonly #of: Record<number, number> = {};
  readonly #known = new Map<string, number>();

  add(unit: number, run: CachedColumn['runs'][number]): void {
    const key = run.join(' ');
    const known = this.#known.get(key) ?? this.#runs.push(run) - 1;
    this.#known.set(key, known);
    this.#of[unit] = known;
  }

  get written(): CachedColumn | undefined {
    return this.#runs.length === 0 ? undefined : { runs: this.#runs, of: this.#of };
  }
}
