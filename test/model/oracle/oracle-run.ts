import type { AuditEntry } from '../../../src/core/order.js';
import type { Plan } from '../../../src/core/plan.js';
import { isSettled, type SettledState } from '../../../src/core/task-state.js';
import type { UnitRef } from '../../../src/core/unit-ref.js';
import { type ExpectedCause, newNode, type OracleNode, type OracleUnit } from './oracle-unit.js';

/** What the documents leave open and the scheduler has chosen, where the oracle accepts either. */
export interface Choices {
  /** The need that is blamed for a node that was not run, when one event settled several. */
  blamed(task: number): number | undefined;
  /** Whether the wait has begun in this event: of two that may, the first may take a rejection that stops the other. */
  hasBegun(node: OracleNode): boolean;
}

/** Everything that is known of a run. */
export interface OracleRun {
  readonly plan: Plan;
  readonly nodes: readonly OracleNode[];
  /** Those that the run's end waits for: all but `finish`. */
  readonly work: readonly OracleNode[];
  /** Everything that has a life of its own: the nodes, and items and undoings from when there are some. */
  readonly units: OracleUnit[];
  isStarted: boolean;
  isPaused: boolean;
  isDraining: boolean;
  isCancelRequested: boolean;
  /** Nodes whose failures are not allowed, in the order in which they failed; a map when it passed what it tolerates. */
  readonly failures: number[];
  readonly audit: AuditEntry[];
  /** When the last event came, and how many there were. */
  at: number;
  eventCount: number;
  choices: Choices;
}

export const NO_CHOICES: Choices = { blamed: () => undefined, hasBegun: () => true };

export function newRun(plan: Plan): OracleRun {
  const nodes: OracleNode[] = [];
  for (const task of plan.tasks) {
    const waveBefore = Math.max(-1, ...task.needs.map((need) => nodes[need]?.wave ?? -1));
    nodes.push(newNode(task, nodes.length, waveBefore + 1));
  }
  return {
    plan,
    nodes,
    work: nodes.filter(({ index }) => index !== plan.finish),
    units: [...nodes],
    isStarted: false,
    isPaused: false,
    isDraining: false,
    isCancelRequested: false,
    failures: [],
    audit: [],
    at: 0,
    eventCount: 0,
    choices: NO_CHOICES,
  };
}

export function nodeAt(run: OracleRun, index: number): OracleNode {
  const node = run.nodes[index];
  if (node === undefined) throw new RangeError(`no node ${index}`);
  return node;
}

export function unitAt(run: OracleRun, { task, part, undo }: UnitRef): OracleUnit {
  const node = nodeAt(run, task);
  const unit = undo ? node.undo : part !== undefined ? node.parts?.[part] : node;
  if (unit === undefined) throw new RangeError(`node ${task} has no unit ${undo ? 'undo' : part}`);
  return unit;
}

export function allWorkSettled(run: OracleRun): boolean {
  return run.isStarted && run.work.every(({ state }) => isSettled(state));
}

/** Nothing is dispatched any more because of a failure; then this is why the rest is cancelled. */
export function stoppedBy({ plan, failures }: OracleRun): ExpectedCause | undefined {
  const [root] = failures;
  const stops = plan.onFailure === 'stop' || plan.onFailure === 'cancel';
  return stops && root !== undefined ? { kind: 'stopped', root } : undefined;
}

export function settle(run: OracleRun, unit: OracleUnit, state: SettledState, cause?: ExpectedCause): void {
  stopWork(unit);
  unit.state = state;
  unit.cause = cause;
  unit.settledAt = run.at;
  unit.settledIn = run.eventCount;
}

/** What runs for it does so no more, or its end is ignored. */
export function stopWork(unit: OracleUnit): void {
  unit.inFlight = false;
  unit.asked = undefined;
  unit.timer = undefined;
}
