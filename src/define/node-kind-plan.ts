import type { PlannedTask } from '../core/plan.js';
import { planMap } from './map-plan.js';
import { asksWorker, checkFunctions, hasActivity } from './node-functions.js';
import { ACTIVITY_OPTIONS } from './option-names.js';
import { readCache } from './read-cache.js';
import type { Report } from './report.js';
import { planWait } from './wait-plan.js';
import type { TaskDefinition } from './workflow-definition.js';

interface KindPlan {
  readonly plan: Pick<PlannedTask, 'asks' | 'compensate' | 'wait' | 'map' | 'version'>;
  /** It runs another workflow, whose plan is to be made. */
  readonly hasChild: boolean;
}

/** Checks what a node has by its kind, and gives the part of it that the scheduler decides by. */
export function planKind(node: TaskDefinition, place: string, report: Report): KindPlan {
  const wrong = (option: string, message: string, hint?: string) =>
    report('INVALID_OPTION', `${place}.${option}`, message, hint);
  const { kind, version } = node;
  checkFunctions(node, place, report);
  checkActivityUse(node, wrong);
  readCache(node, wrong);
  if (version !== undefined && typeof version !== 'string' && !Number.isFinite(version)) {
    wrong('version', `${JSON.stringify(version)} is not a version`, 'write a string or a number');
  }
  if (kind === 'event' && node.outputSchema === undefined) {
    report('INVALID_SCHEMA', `${place}.schema`, 'an event needs a schema', 'z.json() takes any JSON');
  }
  const isWait = kind === 'approval' || kind === 'event' || kind === 'sleep';
  const plan = {
    ...(asksWorker(node) && { asks: true as const }),
    ...(node.compensate !== undefined && { compensate: true as const }),
    ...(isWait && { wait: planWait(node, wrong) }),
    ...(kind === 'map' && { map: planMap(node, wrong) }),
    ...(version !== undefined && { version: String(version) }),
  };
  return { plan, hasChild: kind === 'subworkflow' || (kind === 'map' && node.child !== undefined) };
}

function checkActivityUse(node: TaskDefinition, wrong: (option: string, message: string, hint?: string) => void): void {
  if (hasActivity(node)) return;
  for (const option of ACTIVITY_OPTIONS) {
    if (node.settings[option] === undefined) continue;
    const hint = node.kind === 'subworkflow' ? 'it has one for `when` and `with`' : 'it has one for `when`';
    wrong(option, `'${node.id}' has no activity that it could be for`, hint);
  }
}
