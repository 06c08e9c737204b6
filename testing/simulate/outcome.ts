import type { Json } from '../../src/core/json.js';
import type { PlannedTask } from '../../src/core/plan.js';
import type { UnitRef } from '../../src/core/unit-ref.js';
import { InvalidOutcomeError } from './invalid-outcome-error.js';

/**
 * How a node ends in a simulation:
 *
 * - `'succeed'`, the default; with `{ output }` it makes something
 * - `'fail'` or `{ fail: message }`, after all attempts that its options allow
 * - `'skip'`: its `when` says no
 * - `{ items }`: what a map's `over` returns, or how many that are. @default 1 item
 * - `'approve'`, the default of approvals, or `'reject'`
 * - `{ value, after }`: what is sent to an event, and after how many milliseconds of waiting. @default null, after its duration
 * - `'timeout'`: nobody decides or sends anything
 */
export type SimulatedOutcome =
  | 'succeed'
  | 'fail'
  | 'skip'
  | 'approve'
  | 'reject'
  | 'timeout'
  | { readonly output: Json }
  | { readonly fail: string }
  | { readonly items: number | readonly Json[] }
  | { readonly value: Json; readonly after?: number };

type Form = Extract<SimulatedOutcome, string> | 'output' | 'items' | 'value';

/** What can come of a unit. `skip` and `fail` of what waits or has a child are its `when`'s, where it has one. */
const POSSIBLE: Readonly<Record<PlannedTask['kind'] | 'item' | 'undo', readonly Form[]>> = {
  task: ['succeed', 'output', 'fail', 'skip'],
  resource: ['succeed', 'output', 'fail', 'skip'],
  map: ['succeed', 'items', 'fail', 'skip'],
  item: ['succeed', 'output', 'fail'],
  subworkflow: ['succeed', 'output', 'fail'],
  approval: ['succeed', 'approve', 'reject', 'timeout'],
  event: ['succeed', 'value', 'timeout'],
  sleep: ['succeed'],
  finish: ['succeed', 'fail'],
  undo: ['succeed', 'fail'],
};

/** @throws {@link InvalidOutcomeError} if no such thing can come of the unit */
export function checkOutcome(id: string, task: PlannedTask, { part, undo }: UnitRef, outcome: SimulatedOutcome): void {
  const kind = undo ? 'undo' : part !== undefined ? 'item' : task.kind;
  const possible = new Set(POSSIBLE[kind]);
  if (task.asks && kind === task.kind) for (const form of ['skip', 'fail'] as const) possible.add(form);
  const form = formOf(outcome);
  if (form === undefined || !possible.has(form)) throw new InvalidOutcomeError(id, NAMES[kind], outcome, [...possible]);
}

/** The error of an outcome that is a failure. */
export function failureOf(outcome: SimulatedOutcome | undefined): string | undefined {
  if (outcome === 'fail') return 'it was simulated to fail';
  return typeof outcome === 'object' && 'fail' in outcome ? outcome.fail : undefined;
}

function formOf(outcome: SimulatedOutcome): Form | undefined {
  if (typeof outcome !== 'object') return outcome;
  return (['output', 'fail', 'items', 'value'] as const).find((form) => form in outcome);
}

const NAMES: Readonly<Record<keyof typeof POSSIBLE, string>> = {
  task: 'a task',
  resource: 'a resource',
  map: 'a map',
  item: "a map's item",
  subworkflow: 'a subworkflow',
  approval: 'an approval',
  event: 'an event',
  sleep: 'a sleep',
  finish: 'an onFinish',
  undo: 'a compensation or destroy',
};
