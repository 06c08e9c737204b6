import type { NodeKind } from '../core/plan.js';
import type { Report } from './report.js';
import type { TaskDefinition } from './workflow-definition.js';

/** Checks that a node has the functions that its kind calls, and that they are functions. */
export function checkFunctions(node: TaskDefinition, place: string, report: Report): void {
  // A resource's `create` is its `run`.
  const own =
    node.kind === 'resource' ? (['destroy'] as const) : (['run', 'load', 'over', 'with', 'compensate'] as const);
  for (const name of own) checkFunction(node[name], `${place}.${name}`, report);
  switch (node.kind) {
    case 'task':
    case 'finish':
      checkOneOf(node, ['run', 'load'], place, report);
      break;
    case 'map':
      checkOneOf(node, ['run', 'load', 'workflow'], place, report);
      if (node.over === undefined) {
        report('NO_HANDLER', place, 'it has no `over`', 'write `over: (needs, ctx) => …`, which returns the items');
      }
      break;
    case 'resource':
      checkFunction(node.run, `${place}.create`, report);
      if (node.run === undefined) report('NO_HANDLER', place, 'it has no `create`', 'write what makes it');
      if (node.destroy === undefined) report('NO_HANDLER', place, 'it has no `destroy`', 'write what takes it away');
      break;
    default:
  }
}

function checkFunction(value: unknown, place: string, report: Report): void {
  if (value === undefined || typeof value === 'function') return;
  const what = value === null ? 'null' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
  report('NO_HANDLER', place, `it is ${what}, not a function`);
}

function checkOneOf(
  node: TaskDefinition,
  names: readonly ('run' | 'load' | 'workflow')[],
  place: string,
  report: Report,
): void {
  const given = names.filter((name) => (name === 'workflow' ? node.child : node[name]) !== undefined);
  if (given.length === 1) return;
  const [none, all] = names.length === 2 ? ['neither', 'both'] : ['none', 'more than one'];
  const list = `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  report('NO_HANDLER', place, `it has ${given.length === 0 ? none : all} of ${list}`, 'give it exactly one');
}

/** The kinds of which a worker runs something in any case. */
const ALWAYS: readonly NodeKind[] = ['task', 'map', 'resource', 'finish'];

/** Whether an activity belongs to the node, for which activity options are good. */
export function hasActivity(node: TaskDefinition): boolean {
  return ALWAYS.includes(node.kind) || asksWorker(node);
}

/** Whether a worker is asked before it waits or starts its child; of a map, before each of its children. */
export function asksWorker({ kind, when, with: childInput }: TaskDefinition): boolean {
  if (kind === 'map') return childInput !== undefined;
  return !ALWAYS.includes(kind) && (when !== undefined || childInput !== undefined);
}
