import { completedRuns } from './completed-runs.js';
import { conditionalRuns } from './conditional-runs.js';
import { continuedRuns } from './continued-runs.js';
import { failedRuns } from './failed-runs.js';
import { heardRuns } from './heard-runs.js';
import { heldRuns } from './held-runs.js';
import { interruptedRuns } from './interrupted-runs.js';
import { largeRuns } from './large-runs.js';
import { localRuns } from './local-runs.js';
import { mapRuns } from './map-runs.js';
import { orderedRuns } from './ordered-runs.js';
import { rerunRuns } from './rerun-runs.js';
import { splitRuns } from './split-runs.js';
import type { RecordedRun } from './stage.js';
import { storedRuns } from './stored-runs.js';
import { subworkflowRuns } from './subworkflow-runs.js';
import { undoneRuns } from './undone-runs.js';
import { vocabularyRuns } from './vocabulary-runs.js';
import { waitingRuns } from './waiting-runs.js';

/** Every kind of run of which histories are kept in `histories/`, made by `scripts/record-histories.ts`. */
export const recordedRuns: readonly RecordedRun[] = [
  ...completedRuns,
  ...failedRuns,
  ...interruptedRuns,
  ...largeRuns,
  ...conditionalRuns,
  ...mapRuns,
  ...splitRuns,
  ...subworkflowRuns,
  ...waitingRuns,
  ...orderedRuns,
  ...heldRuns,
  ...undoneRuns,
  ...vocabularyRuns,
  ...continuedRuns,
  ...rerunRuns,
  ...localRuns,
  ...storedRuns,
  ...heardRuns,
];

/** Each history that is kept, with the workflow id that it was made with. */
export const recordedHistories = recordedRuns.flatMap(({ name, contains, others = [] }) => [
  { name, contains, workflowId: name },
  ...others.map((other) => ({
    name: other.name,
    contains: other.contains,
    workflowId: 'child' in other ? `${name}/${other.child}` : name,
  })),
]);
