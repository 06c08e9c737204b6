import type { Duration } from '@temporalio/common';
import type { z } from 'zod';
import type { Approval } from '../core/order.js';
import type { TriggerRule } from '../core/trigger-rule.js';
import type { Needs } from './need.js';
import type { Condition, Conditions, NodeSettings } from './node-options.js';
import type { JsonSchema } from './output-schema.js';

/** What happens when the time is over: it fails, it is skipped, or it succeeds with this value. */
export type OnTimeout = 'fail' | 'skip' | { readonly value: unknown };

/**
 * All options of a node that waits for somebody. The activity settings are those of its condition's activity, the only one that it has.
 *
 * @typeParam O what `onTimeout` says
 * @typeParam Value what the node gives
 */
type WaitOptions<
  N extends Needs,
  Input,
  T extends TriggerRule,
  Answer,
  A extends boolean,
  O extends OnTimeout,
  Value,
> = NodeSettings<N> & {
  /** How long it waits, counted from when its needs and condition have let it begin. @default without limit */
  readonly timeout?: Duration;
  /** What happens when `timeout` is over: it fails, it is skipped, or it succeeds with a value. @default 'fail' */
  readonly onTimeout?: O extends { readonly value: unknown } ? { readonly value: Value } : O;
} & Conditions<N, T, Condition<N, Input, T, Answer>, A>;

export type ApprovalOptions<
  N extends Needs,
  Input,
  T extends TriggerRule,
  Answer,
  A extends boolean,
  O extends OnTimeout,
> = WaitOptions<N, Input, T, Answer, A, O, Approval>;

export type EventOptions<
  N extends Needs,
  Input,
  S extends z.ZodType,
  T extends TriggerRule,
  Answer,
  A extends boolean,
  O extends OnTimeout,
> = WaitOptions<N, Input, T, Answer, A, O, z.output<NoInfer<S>>> & {
  /** Checks what is sent; its codecs carry what JSON can't, such as dates. `z.json()` takes any JSON. */
  readonly schema: JsonSchema<S>;
};

/** All options of a node that waits for a time. The activity settings are those of its condition's activity. */
export type SleepOptions<N extends Needs, Input, T extends TriggerRule, Answer, A extends boolean> = NodeSettings<N> &
  Conditions<N, T, Condition<N, Input, T, Answer>, A>;

/** `undefined` if it is skipped when its time is over. */
export type TimeoutAbsence<O extends OnTimeout> = 'skip' extends O ? undefined : never;
