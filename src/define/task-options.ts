import type { z } from 'zod';
import type { TriggerRule } from '../core/trigger-rule.js';
import type { CachedBy, CacheKeyReturn, Uncached } from './cache-options.js';
import type { Handler, Implementation, Undo } from './handler.js';
import type { Needs } from './need.js';
import type { Condition, Conditions, NodeSettings, Versioned } from './node-options.js';
import type { JsonReturn, JsonSchema, TaskOutput } from './output-schema.js';

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
> = NodeSettings<N> &
  Versioned & {
    /**
     * Checks what the handler returns; its codecs carry what JSON can't, such as dates. A handler without parameters may need `as const`
     * for the values of an enum, since the compiler looks at it before the schema. @default none
     */
    readonly output?: S extends z.ZodType ? JsonSchema<S> : S;
  } & (
    | Compensated<Undo<N, Input, T, TaskOutput<S, NoInfer<R>>>>
    | (CachedBy<Handler<N, Input, T, CacheKeyReturn>> & { readonly compensate?: undefined })
  ) &
  Conditions<N, T, Condition<N, Input, T, Answer>, A> &
  Implementation<
    S extends z.ZodType
      ? NoInfer<Handler<N, Input, T, z.output<S> | Promise<z.output<S>>>>
      : Handler<N, Input, T, JsonReturn<R>>,
    Condition<N, Input, T, Answer>
  >;

/** Of a cached output there would be nothing that this run could undo. */
interface Compensated<U> extends Uncached {
  /**
   * Undoes what the task has done, when it has succeeded and the run has then failed or was cancelled (`compensateOn`): after the
   * compensations of all that needs it, retried as `retry` says. Write it behind `run`, from which the compiler knows the output.
   * @default none
   */
  readonly compensate?: U;
}
