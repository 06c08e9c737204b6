import { array, id, integer, isTrue, namesOf, oneOf, optional, record, string, wrong } from './expect-value.js';
import { MalformedPlanError } from './malformed-plan.js';
import { NODE_KINDS, type NodeKind, type PlannedTask } from './plan.js';
import { readMap } from './read-map-plan.js';
import { readWait } from './read-wait-plan.js';
import { TRIGGER_RULES } from './trigger-rule.js';

/** What a node may refer to: earlier nodes, and so many options and children. */
interface Bounds {
  readonly index: number;
  readonly options: number;
  readonly children: number;
}

/** The kinds that have a field, where not all have it. */
const KINDS_WITH = {
  asks: ['map', 'subworkflow', 'approval', 'event', 'sleep'],
  compensate: ['task'],
  wait: ['approval', 'event', 'sleep'],
  map: ['map'],
  child: ['subworkflow', 'map'],
} as const satisfies Partial<Record<keyof PlannedTask, readonly NodeKind[]>>;

/** Checks a node of a plan, and returns its id. */
export function readNode(value: unknown, bounds: Bounds, place: string): string {
  const task = record(value, place);
  const own = id(task.id, `${place}.id`);
  oneOf(task.kind, NODE_KINDS, `${place}.kind`);
  const kind = task.kind as NodeKind; // as was checked
  integer(task.options, 0, bounds.options - 1, `${place}.options`);
  optional(task.title, string, `${place}.title`);
  optional(task.outputSchema, string, `${place}.outputSchema`);
  optional(task.version, string, `${place}.version`);
  optional(task.allowFailure, isTrue, `${place}.allowFailure`);
  readNeeds(task, kind, bounds, place);
  for (const [field, kinds] of Object.entries(KINDS_WITH)) {
    if (task[field] === undefined || (kinds as readonly NodeKind[]).includes(kind)) continue;
    throw wrong(`nothing of a ${kind}`, task[field], `${place}.${field}`);
  }
  optional(task.asks, isTrue, `${place}.asks`);
  optional(task.compensate, isTrue, `${place}.compensate`);
  if (kind === 'approval' || kind === 'event' || kind === 'sleep') readWait(task.wait, kind, `${place}.wait`);
  if (kind === 'map') readMap(task.map, `${place}.map`);
  if (kind === 'subworkflow' || task.child !== undefined) {
    integer(task.child, 0, bounds.children - 1, `${place}.child`);
  }
  return own;
}

function readNeeds(task: Readonly<Record<string, unknown>>, kind: NodeKind, { index }: Bounds, place: string): void {
  const needs = array(task.needs, `${place}.needs`);
  if (kind === 'finish' && needs.length > 0) throw wrong('no needs of a finish', needs, `${place}.needs`);
  needs.forEach((need, n) => {
    integer(need, 0, index - 1, `${place}.needs[${n}]`);
  });
  optional(task.trigger, (value, at) => oneOf(value, TRIGGER_RULES, at), `${place}.trigger`);
  const modes = optional(task.modes, string, `${place}.modes`);
  if (modes !== undefined && (modes.length !== needs.length || !/^[pos]*$/.test(modes))) {
    throw wrong('one letter of p, o, s for each need', modes, `${place}.modes`);
  }
  if (modes !== undefined && task.trigger !== undefined) {
    throw new MalformedPlanError('a task has a trigger rule or modes, not both', { place: `${place}.modes` });
  }
  const names = optional(task.as, namesOf, `${place}.as`);
  if (names !== undefined && names.length !== needs.length) {
    throw new MalformedPlanError('it must name each need', { place: `${place}.as` });
  }
}
