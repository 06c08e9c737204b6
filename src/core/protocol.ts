import type { CachedFrom } from './cached-column.js';
import type { Call } from './command.js';
import type { Json } from './json.js';
import type { Plan, TaskShape } from './plan.js';
import type { Claim } from './wire-output.js';

/**
 * The version of what client, workflow and activities say to each other, and of what the interpreter does with a
 * plan. It rises when an older worker could not run a newer plan correctly.
 */
export const PROTOCOL = 4;
/** What a plan says that uses nothing newer than tasks, rules and conditions: the first workers can run it. */
export const FIRST_PROTOCOL = 1;

/** The local activity that checks the input and compiles the worker's own definition, for a run started without a plan. */
export const PLAN_ACTIVITY = 'pawl.plan';
/** The local activity that checks what an operator gives, an output or a value, against the node's schema. */
export const CHECK_ACTIVITY = 'pawl.check';
/** The local activity that stores what is too large for a run to carry or to give to a task. */
export const STORE_ACTIVITY = 'pawl.store';
/** The query that returns a {@link WireSnapshot} of an open run. */
export const STATUS_QUERY = 'pawl.status';
/** The signal with which a run tells the shards of its maps what befell it: a `ShardOrder`. */
export const SHARD_SIGNAL = 'pawl.shard';
/** The signal with which a shard tells its run of an order that it has taken: an `AuditEntry`. */
export const AUDIT_SIGNAL = 'pawl.audit';
/** The memo field in which the final {@link WireSnapshot} of a closed run is kept. */
export const SNAPSHOT_MEMO = 'pawl';
/** The memo field of a rerun: `{ workflowId, runId, storedBy }` of the run whose outputs it uses again, and for which runs those may be stored. */
export const RERUN_MEMO = 'pawl.rerunOf';

/** The query's argument: without one, maps' items are only counted. */
export interface StatusRequest {
  /** The id of a map whose items to list. */
  readonly items: string;
  /** The number of the first item, and how many. */
  readonly from: number;
  readonly limit: number;
}

/** The second argument of every run; the first is the user's input, the third a `SchedulerState` where it goes on from an earlier run. */
export interface RunEnvelope {
  readonly protocol: number;
  /** Absent when the run was started without the definition: the run's first step compiles it on a worker. */
  readonly plan?: Plan;
  /** Of a rerun and of a map's shard: the root run id of the run that it goes on from, for the idempotency keys. */
  readonly rootRunId?: string;
  /** Of a rerun: the run whose outputs it uses again. */
  readonly rerunOf?: { readonly workflowId: string; readonly runId: string };
  /** Of a child that runs some of a map's items: the map's index in its plan, and the number of its first item. */
  readonly shard?: { readonly task: number; readonly from: number };
  /** Of a child workflow and a rerun under another id: in the idempotency keys, instead of its own workflow id. */
  readonly rootWorkflowId?: string;
  /** Of a child workflow: whose its stored outputs are. */
  readonly owner?: Owner;
  /** Of a rerun: the workflow ids of the runs whose stored outputs it may use. */
  readonly storedBy?: readonly string[];
  /** Its tasks look nothing up in the cache, and write to it what they make. */
  readonly cache?: 'bypass';
  /** When the run's first execution began, in milliseconds since the epoch; of one that continued as new. */
  readonly startedAt?: number;
  /** Events after which it continues as new, where tests don't want to wait for 12,000. */
  readonly continueAfter?: number;
}

/** The run for which an output is stored: for as long as Temporal retains it, the output is needed. */
export interface Owner {
  readonly workflowId: string;
  /** Of its first execution. */
  readonly runId: string;
}

/** What `pawl.store` is asked. */
export interface StoreRequest {
  readonly workflow: string;
  readonly owner: Owner;
  readonly values: readonly Json[];
}

/** What `pawl.store` answers: a claim on each of the values, or that the worker has no storage. */
export type StoreReply =
  | { readonly status: 'stored'; readonly claims: readonly Claim[] }
  | { readonly status: 'noStorage' };

/** What `pawl.check` is asked: does this fit the schema of what the node gives? */
export interface CheckRequest {
  readonly workflow: string;
  readonly task: string;
  /** Of a map: one item's output, not all of them. */
  readonly isItem?: true;
  readonly value?: Json;
}

/** What `pawl.check` answers: the value, normalised, or what is wrong with it. */
export type CheckReply =
  | { readonly status: 'valid'; readonly value?: Json }
  | { readonly status: 'invalid'; readonly message: string };

/** The one argument of an operator's update, which has the name of the verb. */
export interface OrderArgument {
  /** The node or item; none for `pause` and `resume`. */
  readonly task?: string;
  /** What `send` sends. */
  readonly value?: Json;
  /** What `complete` gives as output. */
  readonly output?: Json;
  /** What `fail` says. */
  readonly message?: string;
  readonly actor?: string;
  readonly reason?: string;
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
  /** Of a map's item. */
  readonly item?: Json;
  /** What it made: of a compensation, a resource's `destroy`. */
  readonly output?: Json;
  readonly pawl: TaskDispatch;
}

export interface TaskDispatch {
  readonly protocol: number;
  readonly workflow: string;
  readonly task: string;
  readonly shape: TaskShape;
  /** The first run id of the execution chain, the stable middle of the idempotency key. */
  readonly rootRunId: string;
  /** The first part of the idempotency key, where it is not the id of the execution that dispatches: in a map's shard, and in a rerun under another id. */
  readonly rootWorkflowId?: string;
  /** Attempts that earlier dispatches of this task have used: `ctx.attempt` counts on from here. */
  readonly attemptsUsed: number;
  /** Which function to call. @default 'run' */
  readonly call?: Call;
  /** The number of a map's item, from 0. */
  readonly item?: number;
  /** Bytes of JSON of an output that travels itself; what is larger is to be stored. Absent in runs that knew no storage. */
  readonly inlineBytes?: number;
  /** What the run calls a dispatch that runs as a local activity, which has no id of its own; another in each workflow task that is done again. */
  readonly dispatch?: string;
  /** Whose its stored output is, where that is not the execution that dispatches. */
  readonly owner?: Owner;
  /** Nothing is to be looked up in the cache; what is made is written to it. */
  readonly cache?: 'bypass';
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
    /** It was not called: its output is that of an earlier call, which this run made. */
    readonly cached?: CachedFrom;
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
  /** A task: its output is too large to travel itself, and the worker has no storage. */
  noStorage: 'StorageNotConfigured',
  /** A task: a stored output that it needs is not there any more. */
  outputGone: 'OutputGone',
  /** A task: a stored output that it needs is not what was stored. */
  outputDamaged: 'OutputDamaged',
  /** A task's dispatch: this worker has no handler of that name, or one of another shape. Uses no attempt. */
  unserved: 'TaskUnserved',
  /** A task: its output is not JSON or does not fit its schema. */
  invalidOutput: 'InvalidOutput',
  /** An operator's order: the run's state makes it impossible. */
  orderRefused: 'OrderRefused',
  /** An operator's order: what it carries does not fit the node's schema. */
  orderFailed: 'OrderFailed',
  /** An operator's order: the execution is about to give way to the next, which takes it if it is given again with the same update id. */
  busy: 'RunContinues',
  /** A wait: nothing came in time. */
  waitTimeout: 'WaitTimeout',
  /** An approval: somebody said no. */
  rejected: 'Rejected',
  /** A task: an operator let it fail. */
  failedByOperator: 'FailedByOperator',
  /** A task: its condition said neither true nor false. */
  invalidCondition: 'InvalidCondition',
  /** A task: what its `cache.key` said is not JSON. */
  invalidCacheKey: 'InvalidCacheKey',
  /** A task: a need or the input does not fit the schema on this worker. */
  invalidNeeds: 'InvalidNeeds',
  /** A subworkflow, or an item of a map over one: what its `with` gave is no input of the child workflow. */
  invalidChildInput: 'InvalidChildInput',
} as const;

/** What Pawl adds to the details of a task's failure. */
export interface FailureNote {
  readonly pawl: { readonly attempts: number };
}

/** What a run calls in the worker that has it: `sinks.pawl` in Temporal's words. */
export type WorkerCalls = {
  readonly pawl: {
    /** Asks a local task to stop. */
    stopLocal(dispatch: string): void;
  };
};

/** In a worker's identity, between Temporal's own part and the digest of the definitions that it serves. */
export const IDENTITY_MARK = ' pawl:';
