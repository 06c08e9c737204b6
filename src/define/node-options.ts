import type { TriggerRule } from '../core/trigger-rule.js';
import type { ActivitySettings } from './activity-settings.js';
import type { AbsenceByNeeds, Needs, NeedValues, WrappedNeeds } from './need.js';
import type { TaskContext } from './task-context.js';

/** What nodes of every kind have, except `onFinish`. */
export interface NodeSettings<N extends Needs> extends ActivitySettings {
  /**
   * The tasks whose outputs this one takes; it runs when all of them have succeeded, unless `optional(…)`, `settled(…)` or a `trigger` says
   * otherwise. @default none
   */
  readonly needs?: N;
  /** What people read in the Temporal UI and in drawings. @default the id */
  readonly title?: string;
}

/** What nodes have whose functions make something that a rerun may use again. */
export interface Versioned {
  /**
   * Change it when the meaning of the node's functions has changed: a rerun with the latest definition then does not use what the former
   * version made. @default none
   */
  readonly version?: string | number;
}

/** Which tasks of a run run at all. */
export interface Conditions<N extends Needs, T extends TriggerRule, C, A extends boolean> {
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
export type Condition<N extends Needs, Input, T extends TriggerRule, Answer> = (
  needs: NeedValues<N, T>,
  context: TaskContext<Input>,
) => Answer;

/** `undefined` if a run can be completed without the node's output: it has a condition, its failure is allowed, or its needs keep it from running. */
export type NodeAbsence<N extends Needs, T extends TriggerRule, Answer, A extends boolean> =
  | AbsenceByNeeds<N, T>
  | ([Answer] extends [never] ? never : undefined)
  | ([A] extends [false] ? never : undefined);
