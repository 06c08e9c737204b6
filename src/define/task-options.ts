import type { Duration, Priority, RetryPolicy } from '@temporalio/common';
import type { z } from 'zod';
import type { TriggerRule } from '../core/trigger-rule.js';
import type { JsonCompatible } from './json-compatible.js';
import type { AbsenceByNeeds, Needs, NeedValues, WrappedNeeds } from './need.js';
import type { TaskContext } from './task-context.js';

/** Temporal's activity options, by their own names. Durations are milliseconds or strings such as `'10m'`. */
export interface ActivitySettings {
  /** The longest that one attempt may take. @default 10 minutes */
  readonly startToCloseTimeout?: Duration;
  /** The longest that all attempts may take together, waiting for a worker included. @default no limit */
  readonly scheduleToCloseTimeout?: Duration;
  /**
   * How long a worker may be silent before its attempt counts as lost. Heartbeats are sent by themselves; a handler
   * that blocks the event loop for longer is retried. @default 20 seconds
   */
  readonly heartbeatTimeout?: Duration;
  /** @default `{ maximumAttempts: 3 }`, with Temporal's intervals: 1 second, doubled each time */
  readonly retry?: RetryPolicy;
  /** Where the task's activity is dispatched. @default the run's task queue */
  readonly taskQueue?: string;
  readonly priority?: Priority;
}

interface TaskSettings<N extends Needs> extends ActivitySettings {
  /**
   * The tasks whose outputs this one takes; it runs when all of them have succeeded, unless `optional(…)`, `settled(…)` or a `trigger` says
   * otherwise. @default none
   */
  readonly needs?: N;
  /** What people read in the Temporal UI and in drawings. @default the id */
  readonly title?: string;
}

/** The function that does the task's work, on a worker. */
type Handler<N extends Needs, Input, T extends TriggerRule, Out> = (
  needs: NeedValues<N, T>,
  context: TaskContext<Input>,
) => Out;

/** The handler itself, or its module, which is imported on a worker at the task's first use; its condition may stand beside it. */
type Implementation<H, C> =
  | { readonly run: H; readonly load?: undefined }
  | { readonly load: () => Promise<{ readonly run: H; readonly when?: C }>; readonly run?: undefined };

/** Which tasks of a run run at all. */
interface Conditions<N extends Needs, T extends TriggerRule, C, A extends boolean> {
  /**
   * Which ends of its needs let the task run: one of Airflow's rules for all of them. `one_success` and `one_failed` don't wait for the others.
   * @default 'all_success'
   */
  readonly trigger?: [WrappedNeeds<N>] extends [never] ? T : NoTrigger<WrappedAdvice<WrappedNeeds<N> & string>>;
  /** Asked before the handler, on a worker and with what the handler would get; the task is skipped if it says no. @default always */
  readonly when?: C;
  /**
   * Its failure does not fail the run. Whatever could not run because of it does not, either. @default false
   */
  readonly allowFailure?: A;
}

/** Stands in the compiler's message where there are two answers to one question. */
interface NoTrigger<Why extends string> {
  readonly '~noTrigger': Why;
}

type WrappedAdvice<Name extends string> =
  `'${Name}' is in optional() or settled(), which say it for one need; a trigger says it for all: use one of the two`;

/** `true` runs the task, `false` skips it. `Answer` is `never` where there is no condition. */
type Condition<N extends Needs, Input, T extends TriggerRule, Answer> = (
  needs: NeedValues<N, T>,
  context: TaskContext<Input>,
) => Answer;

/**
 * All of a task's options. With an `output` schema `S` the handler returns what the schema decodes to; the schema encodes it
 * where it is made and decodes it where it is used. Without one the output has the type that the handler returns, `R`, which must be JSON.
 *
 * One type for both and not two overloads: of those the compiler explains only the last, which would be the wrong one for half of the
 * mistakes. With a schema nothing is inferred from the handler, so that a literal in what it returns is checked against the schema
 * before it widens to `string`.
 */
export type TaskOptions<
  N extends Needs,
  Input,
  S extends z.ZodType | undefined,
  R,
  T extends TriggerRule,
  Answer,
  A extends boolean,
> = TaskSettings<N> & {
  /**
   * Checks what the handler returns; its codecs carry what JSON can't, such as dates. A handler without parameters may need `as const`
   * for the values of an enum, since the compiler looks at it before the schema. @default none
   */
  readonly output?: S extends z.ZodType ? JsonSchema<S> : S;
} & Conditions<N, T, Condition<N, Input, T, Answer>, A> &
  Implementation<
    S extends z.ZodType
      ? NoInfer<Handler<N, Input, T, z.output<S> | Promise<z.output<S>>>>
      : Handler<N, Input, T, JsonReturn<R>>,
    Condition<N, Input, T, Answer>
  >;

/** `R`, if JSON carries it; otherwise what would have to be returned instead. */
type JsonReturn<R> = [Awaited<R>] extends [JsonCompatible<Awaited<R>, OutputAdvice>]
  ? R
  : Corrupted<R> | Promise<Corrupted<R>>;

type Corrupted<R> = JsonCompatible<Awaited<NoInfer<R>>, OutputAdvice>;

type OutputAdvice = 'JSON would corrupt it; give the task an `output` schema, with z.codec for such a value';

/** What the consumers of a task receive. */
export type TaskOutput<S, R> = S extends z.ZodType ? z.output<S> : Awaited<R>;

/** What a task's output is on its way. */
export type TaskWire<S, R> = S extends z.ZodType ? z.input<S> : Awaited<R>;

/** `undefined` if a run can be completed without the task's output: it has a condition, its failure is allowed, or its needs keep it from running. */
export type TaskAbsence<N extends Needs, T extends TriggerRule, Answer, A extends boolean> =
  | AbsenceByNeeds<N, T>
  | ([Answer] extends [never] ? never : undefined)
  | ([A] extends [false] ? never : undefined);

/** A schema that reads JSON, as what it checks travels. */
export type JsonSchema<S extends z.ZodType> = [z.input<S>] extends [JsonCompatible<z.input<S>, SchemaAdvice>]
  ? S
  : { readonly _zod: { readonly input: JsonCompatible<z.input<NoInfer<S>>, SchemaAdvice> } };

type SchemaAdvice =
  'the schema must read JSON; use z.codec, for example z.codec(z.iso.datetime(), z.date(), …) for a Date';
