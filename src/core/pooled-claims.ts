import { isRecord, type Json } from './json.js';
import type { SavedMap, SavedUnits, SchedulerState } from './scheduler-state.js';
import { type Claim, readEnvelope, storedOutputAt } from './wire-output.js';

/** A state as it travels: each claim that many of its outputs have is in it once. */
export interface PooledState extends SchedulerState {
  readonly claims?: readonly Claim[];
}

export function poolClaims(state: SchedulerState): PooledState {
  const claims: Claim[] = [];
  const indices = new Map<Claim, number>();
  const pooled = mapOutputs(state, (output) => {
    const envelope = readEnvelope(output);
    if (envelope === undefined || !('claim' in envelope) || envelope.at === undefined) return output;
    const index = indices.get(envelope.claim) ?? claims.push(envelope.claim) - 1;
    indices.set(envelope.claim, index);
    const { at, bytes = 0 } = envelope;
    return { $pawl: { pooled: index, at, bytes } };
  });
  return claims.length === 0 ? state : { ...pooled, claims };
}

export function unpoolClaims({ claims = [], ...state }: PooledState): SchedulerState {
  if (claims.length === 0) return state;
  return mapOutputs(state, (output) => {
    if (!isRecord(output) || !isRecord(output.$pawl) || typeof output.$pawl.pooled !== 'number') return output;
    const { pooled, at, bytes } = output.$pawl;
    const claim = claims[pooled];
    if (claim === undefined) throw new RangeError(`the state has no claim ${pooled}`);
    return storedOutputAt(claim, Number(at), Number(bytes));
  });
}

function mapOutputs(state: SchedulerState, change: (output: Json) => Json): SchedulerState {
  const ofUnits = (units: SavedUnits): SavedUnits => ({
    ...units,
    outputs: Object.fromEntries(Object.entries(units.outputs).map(([unit, output]) => [unit, change(output)])),
  });
  const ofMap = ([task, map]: [string, SavedMap]) =>
    [task, map.parts === undefined ? map : { ...map, parts: ofUnits(map.parts) }] as const;
  return {
    ...state,
    tasks: ofUnits(state.tasks),
    ...(state.maps !== undefined && { maps: Object.fromEntries(Object.entries(state.maps).map(ofMap)) }),
  };
}
