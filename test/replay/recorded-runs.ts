import { completedRuns } from './completed-runs.js';
import { conditionalRuns } from './conditional-runs.js';
import { failedRuns } from './failed-runs.js';
import { interruptedRuns } from './interrupted-runs.js';
import { largeRuns } from './large-runs.js';
import type { RecordedRun } from './stage.js';

/** Every kind of run whose history is kept in `histories/`, made by `scripts/record-histories.ts`. */
export const recordedRuns: readonly RecordedRun[] = [
  ...completedRuns,
  ...failedRuns,
  ...interruptedRuns,
  ...largeRuns,
  ...conditionalRuns,
];
