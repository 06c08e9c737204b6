import type { NodeKind } from '../core/plan.js';
import type { ActivitySettings } from './activity-settings.js';

export const ACTIVITY_OPTIONS: readonly (keyof ActivitySettings)[] = [
  'startToCloseTimeout',
  'scheduleToCloseTimeout',
  'heartbeatTimeout',
  'retry',
  'taskQueue',
  'priority',
  'placement',
];

const COMMON = ['needs', 'title', 'trigger', 'when', 'allowFailure', 'cache'];
const WAIT = [...COMMON, 'timeout', 'onTimeout'];

/** What a node of a kind may say beside the activity options. */
export const OPTION_NAMES: Readonly<Record<NodeKind, readonly string[]>> = {
  task: [...COMMON, 'run', 'load', 'output', 'version', 'compensate'],
  map: [...COMMON, 'over', 'run', 'load', 'workflow', 'with', 'output', 'version', 'concurrency', 'tolerate'],
  subworkflow: [...COMMON, 'with', 'version'],
  approval: WAIT,
  event: [...WAIT, 'schema'],
  sleep: COMMON,
  resource: [...COMMON, 'create', 'destroy', 'output', 'version'],
  finish: ['title', 'run', 'load'],
};
