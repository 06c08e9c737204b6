import type { Json } from '../../../src/core/json.js';
import { isSettled } from '../../../src/core/task-state.js';
import { cancel, failNode, followPolicy } from './oracle-failures.js';
import { type OracleRun, settle, stoppedBy } from './oracle-run.js';
import { type ExpectedCause, newUnit, type OracleNode, type OracleUnit } from './oracle-unit.js';

/** `over` has returned the items. */
export function beginItems(run: OracleRun, map: OracleNode, items: readonly Json[]): void {
  map.inFlight = false;
  map.parts = items.map((item, part) => newUnit({ task: map.index, part }, item));
  run.units.push(...map.parts);
  const asked: ExpectedCause | undefined = map.asked?.kind === 'operator' ? { kind: 'mapSettled' } : map.asked;
  const cause = asked ?? stoppedBy(run);
  if (cause !== undefined) for (const part of map.parts) settle(run, part, 'cancelled', cause);
}

/** Whether so many more failures are more than it tolerates. */
export function passesTolerance(map: OracleNode, more: number): boolean {
  const parts = map.parts ?? [];
  return parts.filter(countsAsFailed).length + more > toleratedBy(map);
}

function toleratedBy({ planned, parts = [] }: OracleNode): number {
  const tolerate = planned.map?.tolerate ?? { count: 0 };
  return 'count' in tolerate ? tolerate.count : Math.floor((parts.length * tolerate.percent) / 100);
}

/** An operator's word to an item counts, to its map not. */
function countsAsFailed({ state, cause }: OracleUnit): boolean {
  return state === 'failed' || (state === 'cancelled' && cause?.kind === 'operator');
}

/** An item has ended. The policy acts as soon as more have failed than the map tolerates, with the map as root. */
export function watchTolerance(run: OracleRun, map: OracleNode): void {
  if (isSettled(map.state) || map.isOverTolerance || !passesTolerance(map, 0)) return;
  map.isOverTolerance = true;
  const isOver = map.parts?.every(({ state }) => isSettled(state));
  // Its last item: then it fails by itself, and what needs it because of that.
  if (!isOver && !map.planned.allowFailure) followPolicy(run, map);
}

/** Maps end when all of their items have. */
export function settleMaps(run: OracleRun): boolean {
  const ended = run.work.filter((map) => !isSettled(map.state) && map.parts?.every(({ state }) => isSettled(state)));
  for (const map of ended) settleMap(run, map, map.parts ?? []);
  return ended.length > 0;
}

function settleMap(run: OracleRun, map: OracleNode, parts: readonly OracleUnit[]): void {
  const cancelled = parts.find((part) => part.state === 'cancelled' && !countsAsFailed(part));
  if (passesTolerance(map, 0)) {
    settle(run, map, 'failed', { kind: 'error' });
    if (run.failures.includes(map.index)) map.isFailureAllowed = false;
    else failNode(run, map);
  } else if (cancelled?.cause !== undefined) {
    cancel(run, map, map.asked ?? cancelled.cause);
  } else {
    settle(run, map, 'succeeded');
    map.output = parts.map(({ output }) => output ?? null);
  }
}
