import type { ItemsSnapshot } from '../core/items-snapshot.js';
import { STATE_LETTERS } from '../core/state-letter.js';
import { TASK_STATES, type TaskState } from '../core/task-state.js';

/** How many tasks or items are in each state. */
export type StateCounts = Readonly<Record<TaskState, number>>;

export function countStates(states: Iterable<TaskState>): StateCounts {
  const counts = Object.fromEntries(TASK_STATES.map((state) => [state, 0])) as Record<TaskState, number>; // every state is a key
  for (const state of states) counts[state]++;
  return counts;
}

export function itemsByState({ counts }: ItemsSnapshot): StateCounts {
  const byLetter = (state: TaskState) => [state, counts[STATE_LETTERS[state]] ?? 0];
  return Object.fromEntries(TASK_STATES.map(byLetter)) as StateCounts; // as above
}
