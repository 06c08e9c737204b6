import type { Cause, TaskError } from '../../../src/core/cause.js';
import type { Json } from '../../../src/core/json.js';
import type { PlannedTask } from '../../../src/core/plan.js';
import type { TaskState } from '../../../src/core/task-state.js';
import type { UnitRef } from '../../../src/core/unit-ref.js';

/** A cause as far as the documents fix it: the words of an error that the scheduler makes itself are open. */
export type ExpectedCause =
  | Exclude<Cause, { kind: 'error' }>
  | { readonly kind: 'error'; readonly error?: Partial<TaskError> };

export interface OracleTimer {
  readonly kind: 'backoff' | 'wait' | 'hold';
  /** When it elapses; of a backoff unknown until the scheduler has chosen how long it takes. */
  due: number | undefined;
}

/** What has a life of its own: a node, a map's item, the undoing of a node. */
export interface OracleUnit {
  readonly ref: UnitRef;
  /** Of a map's item. */
  readonly item: Json | undefined;
  state: TaskState;
  /** How many activities and child workflows were started for it, and how often it began to wait. */
  dispatches: number;
  attempts: number;
  /** Of those, what it had used when it got all its attempts again. */
  attemptsForgiven: number;
  output: Json | undefined;
  cause: ExpectedCause | undefined;
  /** When it was first dispatched or began to wait, and when it settled, by the times of the events. */
  scheduledAt: number | undefined;
  settledAt: number | undefined;
  /** The number of the event in which it settled. */
  settledIn: number | undefined;
  /** Its last dispatch has not ended, and its end counts. */
  inFlight: boolean;
  /** Why its dispatch, or a map with all its items, was asked to stop. */
  asked: ExpectedCause | undefined;
  timer: OracleTimer | undefined;
  /** The activity that comes before its wait or its child workflow has ended well: `when` said yes, `with` gave the input. */
  workerSaidYes: boolean;
  childInput: Json | undefined;
  begunToWait: boolean;
}

/** A decision or value that an operator gave. */
export type Given =
  | { readonly kind: 'approved'; readonly output: Json }
  | { readonly kind: 'rejected' }
  | { readonly kind: 'sent'; readonly value: Json };

export interface OracleNode extends OracleUnit {
  readonly index: number;
  readonly planned: PlannedTask;
  /** The length of the longest path that leads to it. */
  readonly wave: number;
  /** Its needs let it run, whatever becomes of the others. */
  mayRun: boolean;
  /** It failed, or was kept from running by a failure, and the run may be completed all the same. */
  isFailureAllowed: boolean;
  /** Of a map, once `over` has ended. */
  parts: OracleUnit[] | undefined;
  /** Of a map: more have failed than it tolerates. */
  isOverTolerance: boolean;
  /** Came before it waited. */
  kept: Given | undefined;
  /** Its compensation or `destroy`, once that is due. */
  undo: OracleUnit | undefined;
}

export function newUnit(ref: UnitRef, item?: Json): OracleUnit {
  return {
    ref,
    item,
    state: 'pending',
    dispatches: 0,
    attempts: 0,
    attemptsForgiven: 0,
    output: undefined,
    cause: undefined,
    scheduledAt: undefined,
    settledAt: undefined,
    settledIn: undefined,
    inFlight: false,
    asked: undefined,
    timer: undefined,
    workerSaidYes: false,
    childInput: undefined,
    begunToWait: false,
  };
}

export function newNode(planned: PlannedTask, index: number, wave: number): OracleNode {
  // Not spread: it is called for each node of each of 100,000 plans.
  return Object.assign(newUnit({ task: index }), {
    index,
    planned,
    wave,
    mayRun: planned.needs.length === 0,
    isFailureAllowed: false,
    parts: undefined,
    isOverTolerance: false,
    kept: undefined,
    undo: undefined,
  });
}

export function isWait({ planned }: OracleNode): boolean {
  return planned.kind === 'approval' || planned.kind === 'event' || planned.kind === 'sleep';
}

/** Waits for a decision, a value or a time, and not for a worker. */
export function isWaitingItself(unit: OracleUnit): boolean {
  return unit.state === 'waiting' && unit.begunToWait;
}
