import { itemCounts } from '../items-snapshot.js';
import type { MapProgress } from '../map-progress.js';
import { stateOfLetter } from '../state-letter.js';
import type { TaskOrchestrator } from '../task-orchestrator.js';
import { isSettled, type TaskState } from '../task-state.js';

/** What is told of items beside how many are done. */
const TOLD: readonly TaskState[] = ['failed', 'held', 'waiting', 'cancelled', 'skipped', 'running'];

/** How far a map is: `37 of 100 items, 1 failed, 2 held`. */
export function itemProgress(map: MapProgress): string {
  const { total, counts, shardSize } = itemCounts(map);
  const byState = new Map(Object.entries(counts).map(([letter, count]) => [stateOfLetter(letter), count]));
  let settled = 0;
  for (const [state, count] of byState) if (isSettled(state)) settled += count;
  const told = TOLD.filter((state) => byState.has(state)).map((state) => `${byState.get(state)} ${state}`);
  const items = `${settled} of ${total} ${total === 1 ? 'item' : 'items'}`;
  const split = shardSize === undefined ? [] : [`in ${map.parts.length} child workflows`];
  return [items, ...told, ...split].join(', ');
}

/** The items that an operator should look at: held, or without a worker; at most so many. */
export function urgentParts(map: MapProgress, most: number): readonly TaskOrchestrator[] {
  const urgent: TaskOrchestrator[] = [];
  for (const part of map.parts) {
    if (urgent.length >= most) break;
    if (part.state === 'held' || part.state === 'waiting') urgent.push(part);
  }
  return urgent;
}
