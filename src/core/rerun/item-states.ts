import { partSize } from '../item-numbers.js';
import type { MapProgress } from '../map-progress.js';
import { knownOfShard } from '../shard-report.js';
import { stateOfLetter } from '../state-letter.js';
import type { TaskState } from '../task-state.js';

/** The state of each item of a map, from its first; of a shard that did not end, all items have the state of the shard. */
export function itemStates(map: MapProgress): TaskState[] {
  return map.parts.flatMap((part, index): TaskState[] => {
    const report = knownOfShard(map, part);
    if (report !== undefined) return Array.from(report.items.states, stateOfLetter);
    return new Array<TaskState>(partSize(map.of, index)).fill(part.state);
  });
}
