import type { TaskState } from '../task-state.js';

/** A character for each state, of the width of a letter in any monospace font. */
export const TASK_MARKS: Readonly<Record<TaskState, string>> = {
  pending: '○',
  running: '•',
  waiting: '…',
  held: '!',
  succeeded: '✓',
  failed: '✗',
  skipped: '~',
  upstream_failed: '×',
  cancelled: '-',
};
