import type { Json } from './json.js';
import { payloadSize } from './payload-size.js';
import type { Plan } from './plan.js';
import type { SavedMap, SavedUnits, SchedulerState } from './scheduler-state.js';
import { readShardReport } from './shard-report.js';
import { stateOfLetter } from './state-letter.js';
import { isSettled } from './task-state.js';
import {
  type Claim,
  isInline,
  outputExtent,
  readEnvelope,
  readStored,
  storedOutputAt,
  wireItems,
} from './wire-output.js';

/** Which outputs a state gives away: those that nothing needs any more which has not ended, or all. */
export const STORED_EXTENTS = ['unneeded', 'all'] as const;

export type StoredExtent = (typeof STORED_EXTENTS)[number];

/** What of a state is to be stored, and the state without it. */
export interface StatePieces {
  readonly values: readonly Json[];
  /** @param claims one for each of the values */
  without(claims: readonly Claim[]): SchedulerState;
}

/** Bytes under which a list stays where it is. */
const SMALL = 8 * 1024;

/** The outputs of a state go together into one object, as do those of each map's items and each large list of items. */
export function statePieces(state: SchedulerState, plan: Plan, extent: StoredExtent): StatePieces {
  const pieces = new Pieces();
  const isNeeded = extent === 'all' ? () => false : neededBy(plan, state.tasks.states);
  const tasks = withoutOutputs(state.tasks, pieces, isNeeded);
  const maps = Object.entries(state.maps ?? {}).map(([task, map]) => [task, withoutItems(map, pieces)] as const);
  const kept = withoutKept(state.kept ?? {}, pieces);
  return {
    values: pieces.values,
    without: (claims) => ({
      ...state,
      kept: kept(claims),
      tasks: tasks(claims),
      maps: Object.fromEntries(maps.map(([task, map]) => [task, map(claims)])),
    }),
  };
}

/** Values that came before their events wait for them. */
function withoutKept(kept: NonNullable<SchedulerState['kept']>, pieces: Pieces): Without<typeof kept> {
  const moved = Object.entries(kept).flatMap(([task, decision]) =>
    decision.kind === 'taken' && readEnvelope(decision.output) === undefined ? [[task, decision.output] as const] : [],
  );
  if (payloadSize(moved) <= SMALL) return () => kept;
  const claimOf = pieces.add(moved.map(([, output]) => output));
  return (claims) => {
    const stored = moved.map(([task, output], at) => {
      const { bytes } = outputExtent(output);
      return [task, { kind: 'taken', output: storedOutputAt(claimOf(claims), at, bytes) }] as const;
    });
    return { ...kept, ...Object.fromEntries(stored) };
  };
}

type Without<T> = (claims: readonly Claim[]) => T;

class Pieces {
  readonly values: Json[] = [];

  /** @returns what finds its claim */
  add(value: Json): (claims: readonly Claim[]) => Claim {
    const index = this.values.push(value) - 1;
    return (claims) => {
      const claim = claims[index];
      if (claim === undefined) throw new RangeError(`there is no claim ${index} of ${claims.length}`);
      return claim;
    };
  }
}

/** Whether a task that has not ended needs the output of a task. */
function neededBy({ tasks }: Plan, states: string): (task: number) => boolean {
  const needed = new Set(
    tasks.flatMap(({ needs }, index) => (isSettled(stateOfLetter(states.charAt(index))) ? [] : needs)),
  );
  return (task) => needed.has(task);
}

function withoutOutputs(units: SavedUnits, pieces: Pieces, stays: (unit: number) => boolean): Without<SavedUnits> {
  const moved = Object.entries(units.outputs).filter(([unit, output]) => !stays(Number(unit)) && !isPooled(output));
  if (moved.length === 0) return () => units;
  const claimOf = pieces.add(moved.map(([, output]) => output));
  return (claims) => {
    const claim = claimOf(claims);
    const stored = moved.map(
      ([unit, output], at) => [unit, storedOutputAt(claim, at, outputExtent(output).bytes)] as const,
    );
    return { ...units, outputs: { ...units.outputs, ...Object.fromEntries(stored) } };
  };
}

function withoutItems(map: SavedMap, pieces: Pieces): Without<SavedMap> {
  const { items, from, parts, shardSize } = map;
  const isSmall = !isInline(items) || payloadSize(items) <= SMALL;
  const claimOf = isSmall ? undefined : pieces.add(wireItems(items));
  const withoutParts =
    parts === undefined
      ? undefined
      : shardSize === undefined
        ? withoutOutputs(parts, pieces, () => false)
        : withoutReports(parts, pieces);
  return (claims) => ({
    ...map,
    ...(isInline(items) &&
      claimOf !== undefined && { items: { claim: claimOf(claims), first: from }, count: items.length }),
    ...(withoutParts !== undefined && { parts: withoutParts(claims) }),
  });
}

/** What the items of a shard made is in its report, beside how they ended. */
function withoutReports(shards: SavedUnits, pieces: Pieces): Without<SavedUnits> {
  const reports = Object.entries(shards.outputs).map(([shard, output]): readonly [string, Without<Json>] => {
    const report = readShardReport(output);
    const { outputs } = report;
    if (!isInline(outputs) || payloadSize(outputs) <= SMALL) return [shard, () => output];
    const claimOf = pieces.add(outputs);
    return [shard, (claims) => ({ ...report, outputs: { claim: claimOf(claims) } }) as unknown as Json]; // plain data
  });
  return (claims) => ({
    ...shards,
    outputs: Object.fromEntries(reports.map(([shard, report]) => [shard, report(claims)])),
  });
}

/** One that shares its claim with others. A claim of its own takes more room than what stands for it, and is stored with the rest. */
function isPooled(output: Json): boolean {
  return readStored(output)?.at !== undefined;
}
