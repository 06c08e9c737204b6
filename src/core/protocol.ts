import type { Json } from './json.js';
import type { Plan, TaskShape } from './plan.js';

/**
 * The version of what client, workflow and activities say to each other, and of what the interpreter does with a
 * plan. It rises when an older worker could not run a newer plan correctly.
 */
export const PROTOCOL = 1;

/** The local activity that checks the input and compiles the worker's own definition, for a run started without a plan. */
export const PLAN_ACTIVITY = 'pawl.plan';
/** The query that returns a {@link WireSnapshot} of an open run. */
export const STATUS_QUERY = 'pawl.status';
/** The memo field in which the final {@link WireSnapshot} of a closed run is kept. */
export const SNAPSHOT_MEMO = 'pawl';

/** The second argument of every run; the first is the user's input. */
export interface RunEnvelope {
  readonly protocol: number;
  /** Absent when the run was started without the definition: the run's first step compiles it on a worker. */
  readonly plan?: Plan;
}

/** What `pawl.plan` is asked. */
export interface PlanRequest {
  readonly workflow: string;
  readonly input?: unknown;
}

/** What `pawl.plan` answers: a plan with the input made whole (defaults filled in), or what is wrong with the input. */
export type PlanReply =
  | { readonly status: 'planned'; readonly plan: Plan; readonly input?: Json }
  | { readonly status: 'invalidInput'; readonly message: string };

/**
 * The one argument of a task's activity. `needs` and `input` are the user's plain JSON, for workers in any language;
 * what Pawl's own wrapper needs beside them stands apart under `pawl`.
 */
export interface TaskArgument {
  readonly needs: { readonly [name: string]: Json };
  readonly input?: Json;
  readonly pawl: TaskDispatch;
}

export interface TaskDispatch {
  readonly protocol: number;
  readonly workflow: string;
  readonly task: string;
  readonly shape: TaskShape;
  /** The first run id of the execution chain, the stable middle of the idempotency key. */
  readonly rootRunId: string;
  /** Attempts that earlier dispatches of this task have used: `ctx.attempt` counts on from here. */
  readonly attemptsUsed: number;
}

/**
 * The result of a task's activity is the bare output, unless there is something to say beside it: then it is this
 * envelope, marked by a key that no output can have without being wrapped itself.
 */
export interface TaskReply {
  readonly $pawl: {
    readonly attempts: number;
    /** Its `when` said no. */
    readonly skipped?: true;
  };
  readonly output?: Json;
}

/** Failure types (Temporal's `ApplicationFailure.type`) that Pawl itself raises. */
export const FailureType = {
  /** The run: tasks failed. Details: {@link RunFailureDetails}. */
  runFailed: 'RunFailed',
  /** The run: the input does not fit the workflow's input schema. */
  invalidInput: 'InvalidInput',
  /** The run: the plan that came with the start is malformed. */
  malformedPlan: 'MalformedPlan',
  /** A task: what it needs is larger than a payload may be. The run: its outputs are. */
  tooLarge: 'TooLarge',
  /** A task's dispatch: this worker has no handler of that name, or one of another shape. Uses no attempt. */
  unserved: 'TaskUnserved',
  /** A task: its output is not JSON or does not fit its schema. */
  invalidOutput: 'InvalidOutput',
  /** A task: its condition said neither true nor false. */
  invalidCondition: 'InvalidCondition',
  /** A task: a need or the input does not fit the schema on this worker. */
  invalidNeeds: 'InvalidNeeds',
} as const;

/** What Pawl adds to the details of a task's failure. */
export interface FailureNote {
  readonly pawl: { readonly attempts: number };
}

/** In a worker's identity, between Temporal's own part and the digest of the definitions that it serves. */
export const IDENTITY_MARK = ' pawl:';
