import type { TaskResult } from '../core/task-result.js';
import type { NeedMode, TriggerRule } from '../core/trigger-rule.js';
import type { AbsenceOfHandle, AnyHandle, OutputOfHandle } from './handle.js';

/** A need that may have been skipped, see {@link optional}. */
export interface OptionalNeed<H extends AnyHandle = AnyHandle> {
  readonly mode: 'optional';
  readonly task: H;
}

/** A need that may have ended in any way, see {@link settled}. */
export interface SettledNeed<H extends AnyHandle = AnyHandle> {
  readonly mode: 'settled';
  readonly task: H;
}

/**
 * A need that may have been skipped, or have failed where that is allowed: then its value is `undefined`. After any other failure the task that
 * needs it can't run.
 */
export function optional<H extends AnyHandle>(task: H): OptionalNeed<H> {
  return { mode: 'optional', task };
}

/** A need that may have ended in any way: its value is a {@link TaskResult}, which says how. */
export function settled<H extends AnyHandle>(task: H): SettledNeed<H> {
  return { mode: 'settled', task };
}

type Need = AnyHandle | OptionalNeed | SettledNeed;

/** A task's needs: the name under which an output arrives, to the task that makes it. */
export type Needs = Readonly<Record<string, Need>>;

/** What a handler gets: by its task's trigger rule, or with the default one by each need itself. */
export type NeedValues<N extends Needs, T extends TriggerRule> = {
  readonly [K in keyof N]: NeedValue<N[K], T>;
};

type NeedValue<V, T extends TriggerRule> =
  V extends OptionalNeed<infer H>
    ? OutputOfHandle<H> | undefined
    : V extends SettledNeed<infer H>
      ? TaskResult<OutputOfHandle<H>>
      : ValueByRule<OutputOfHandle<V>, T>;

type ValueByRule<Out, T extends TriggerRule> = T extends 'all_success'
  ? Out
  : T extends 'none_failed'
    ? Out | undefined
    : TaskResult<Out>;

/** The names of the needs that say themselves what they must have done. */
export type WrappedNeeds<N extends Needs> = {
  [K in keyof N]: N[K] extends OptionalNeed | SettledNeed ? K : never;
}[keyof N];

/**
 * `undefined` if the ends of its needs can keep a task from running in a run that is completed: with `all_success` a plain need that is absent,
 * with the rules that ask for certain ends always.
 */
export type AbsenceByNeeds<N extends Needs, T extends TriggerRule> = T extends 'all_success'
  ? { [K in keyof N]: N[K] extends AnyHandle ? AbsenceOfHandle<N[K]> : never }[keyof N]
  : T extends 'none_failed' | 'all_done'
    ? never
    : undefined;

/** A need taken apart; the task is undefined where JavaScript gave something else. */
export function readNeed(need: unknown): { readonly mode: NeedMode; readonly task: AnyHandle | undefined } {
  if (typeof need !== 'object' || need === null) return { mode: 'plain', task: undefined };
  if ('mode' in need && (need.mode === 'optional' || need.mode === 'settled') && 'task' in need) {
    return { mode: need.mode, task: (need.task ?? undefined) as AnyHandle | undefined }; // its id is looked up before it is used
  }
  return { mode: 'plain', task: need as AnyHandle }; // as above
}
