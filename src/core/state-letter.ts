import { TASK_STATES, type TaskState } from './task-state.js';

/** Of columns of states. */
export const STATE_LETTERS: Readonly<Record<TaskState, string>> = {
  pending: 'p',
  running: 'r',
  waiting: 'w',
  held: 'h',
  succeeded: 's',
  failed: 'f',
  skipped: 'k',
  upstream_failed: 'u',
  cancelled: 'c',
};

const STATES_BY_LETTER = new Map(TASK_STATES.map((state) => [STATE_LETTERS[state], state]));

export function stateOfLetter(letter: string): TaskState {
  const state = STATES_BY_LETTER.get(letter);
  if (state === undefined) throw new RangeError(`unknown task state '${letter}' in a snapshot; a newer Pawl wrote it`);
  return state;
}
