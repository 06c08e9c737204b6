import type { Mutable } from '../core/json.js';
import type { Plan } from '../core/plan.js';
import { PLAN_LIMITS } from '../core/plan-limits.js';
import { DEFAULTS } from './defaults.js';
import { readDuration } from './duration.js';
import { PLACEMENTS } from './placement-plan.js';
import type { Report } from './report.js';
import { suggest } from './suggest.js';
import type { WorkflowSettings } from './workflow-definition.js';

type PlannedSettings = Pick<Plan, 'scheduling' | 'maxConcurrentTasks' | 'onFailure' | 'holdTimeout' | 'compensateOn'>;

const KNOWN = [
  'title',
  'scheduling',
  'maxConcurrentTasks',
  'onFailure',
  'holdTimeout',
  'compensateOn',
  'placement',
  'input',
];
const COMPENSATED = ['failed', 'cancelled'] as const;

/** Completes what a workflow says of itself with the defaults, except its title and schema. */
export function planSettings(settings: WorkflowSettings, report: Report): PlannedSettings {
  const wrong = (option: string, message: string, hint?: string) => report('INVALID_OPTION', option, message, hint);
  for (const key of Object.keys(settings)) {
    if (!KNOWN.includes(key)) wrong(key, `there is no option '${key}'`, suggest(key, KNOWN));
  }
  const {
    scheduling = DEFAULTS.scheduling,
    maxConcurrentTasks = DEFAULTS.maxConcurrentTasks,
    onFailure = DEFAULTS.onFailure,
    holdTimeout,
    compensateOn,
    placement = 'activity',
  } = settings;
  const most = PLAN_LIMITS.maxConcurrentTasks;
  if (!Number.isInteger(maxConcurrentTasks) || maxConcurrentTasks < 1 || maxConcurrentTasks > most) {
    const hint = 'write 1 to 2,000, the number of pending activities that Temporal allows one execution';
    wrong('maxConcurrentTasks', `${maxConcurrentTasks} is not a number of tasks`, hint);
  }
  checkChoice('scheduling', scheduling, ['frontier', 'waves'], wrong);
  checkChoice('onFailure', onFailure, ['continue', 'stop', 'cancel', 'hold'], wrong);
  checkChoice('placement', placement, PLACEMENTS, wrong);
  const planned: Mutable<PlannedSettings> = { scheduling, maxConcurrentTasks, onFailure };
  if (holdTimeout !== undefined) {
    const read = readDuration(holdTimeout);
    if ('problem' in read) wrong('holdTimeout', read.problem, read.hint);
    else planned.holdTimeout = read.milliseconds;
    if (onFailure !== 'hold') wrong('holdTimeout', 'no task is ever held', "write `onFailure: 'hold'` with it");
  }
  const compensated = planCompensation(compensateOn, wrong);
  if (compensated !== undefined) planned.compensateOn = compensated;
  return planned;
}

/** In one order, and absent where it says what holds anyway: the plan's hash must not depend on how it was written. */
function planCompensation(
  given: WorkflowSettings['compensateOn'],
  wrong: (option: string, message: string, hint?: string) => void,
): Plan['compensateOn'] {
  if (given === undefined) return undefined;
  if (!Array.isArray(given) || given.length === 0 || given.some((end) => !COMPENSATED.includes(end))) {
    wrong('compensateOn', `${JSON.stringify(given)} is not a list of ends`, "write ['failed'], ['cancelled'] or both");
    return undefined;
  }
  const ends = COMPENSATED.filter((end) => given.includes(end));
  return ends.length === COMPENSATED.length ? undefined : ends;
}

function checkChoice(
  option: string,
  value: string,
  allowed: readonly string[],
  wrong: (option: string, message: string) => void,
): void {
  if (!allowed.includes(value)) wrong(option, `'${value}' is not one of ${allowed.join(', ')}`);
}
