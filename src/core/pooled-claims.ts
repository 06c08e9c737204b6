import type { Json } from './json.js';
import type { SavedMap, SavedUnits, SchedulerState } from './scheduler-state.js';
import { type Claim, readStored, storedOutputAt } from './wire-output.js';

/** A state as it travels: each claim that many of its outputs have is in it once, and those outputs are numbers. */
export interface PooledState extends SchedulerState {
  readonly pooled?: {
    readonly claims: readonly Claim[];
    readonly tasks: readonly PooledOutputs[];
    /** Of the parts of maps. */
    readonly maps: Readonly<Record<number, readonly PooledOutputs[]>>;
  };
}

/** Outputs of consecutive units that are consecutive in what is stored. Of 10,000 it matters what each takes. */
interface PooledOutputs {
  readonly unit: number;
  /** An index. */
  readonly claim: number;
  readonly at: number;
  /** Of each, where it is known. */
  readonly bytes: (number | null)[];
}

export function poolClaims(state: SchedulerState): PooledState {
  const pool = new ClaimPool();
  const [tasks, ofTasks] = pool.take(state.tasks);
  const maps: Record<string, SavedMap> = {};
  const ofMaps: Record<string, PooledOutputs[]> = {};
  for (const [task, map] of Object.entries(state.maps ?? {})) {
    maps[task] = map;
    if (map.parts === undefined) continue;
    const [parts, ofParts] = pool.take(map.parts);
    maps[task] = { ...map, parts };
    if (ofParts.length > 0) ofMaps[task] = ofParts;
  }
  const { claims } = pool;
  if (claims.length === 0) return state;
  return {
    ...state,
    tasks,
    ...(state.maps !== undefined && { maps }),
    pooled: { claims, tasks: ofTasks, maps: ofMaps },
  };
}

export function unpoolClaims({ pooled, ...state }: PooledState): SchedulerState {
  if (pooled === undefined) return state;
  const { claims, tasks, maps } = pooled;
  const unpoolMap = ([task, map]: [string, SavedMap]): [string, SavedMap] => {
    const outputs = maps[Number(task)];
    const isWhole = map.parts === undefined || outputs === undefined;
    return [task, isWhole ? map : { ...map, parts: putBack(map.parts, outputs, claims) }];
  };
  return {
    ...state,
    tasks: putBack(state.tasks, tasks, claims),
    ...(state.maps !== undefined && { maps: Object.fromEntries(Object.entries(state.maps).map(unpoolMap)) }),
  };
}

class ClaimPool {
  readonly claims: Claim[] = [];
  readonly #indices = new Map<Claim, number>();

  /** The units without the outputs that have a claim with others, and those. */
  take(units: SavedUnits): [rest: SavedUnits, pooled: PooledOutputs[]] {
    const rest: Record<string, Json> = {};
    const pooled: PooledOutputs[] = [];
    for (const [key, output] of Object.entries(units.outputs)) {
      const stored = readStored(output);
      if (stored?.at === undefined) {
        rest[key] = output;
        continue;
      }
      const { at, bytes = null } = stored;
      const place = { unit: Number(key), claim: this.#indexOf(stored.claim), at };
      const last = pooled.at(-1);
      if (last !== undefined && goesOn(last, place)) last.bytes.push(bytes);
      else pooled.push({ ...place, bytes: [bytes] });
    }
    return [{ ...units, outputs: rest }, pooled];
  }

  #indexOf(claim: Claim): number {
    const index = this.#indices.get(claim) ?? this.claims.push(claim) - 1;
    this.#indices.set(claim, index);
    return index;
  }
}

function goesOn(pooled: PooledOutputs, { unit, claim, at }: Omit<PooledOutputs, 'bytes'>): boolean {
  const count = pooled.bytes.length;
  return unit === pooled.unit + count && claim === pooled.claim && at === pooled.at + count;
}

function putBack(units: SavedUnits, pooled: readonly PooledOutputs[], claims: readonly Claim[]): SavedUnits {
  const outputs = pooled.flatMap(({ unit, claim: index, at, bytes }) => {
    const claim = claims[index];
    if (claim === undefined) throw new RangeError(`the state has no claim ${index}`);
    return bytes.map((size, n): [number, Json] => [unit + n, storedOutputAt(claim, at + n, size ?? undefined)]);
  });
  return { ...units, outputs: { ...units.outputs, ...Object.fromEntries(outputs) } };
}
