import type { z } from 'zod';
import type { TriggerRule } from '../core/trigger-rule.js';
import type { Handler, Undo } from './handler.js';
import type { Needs } from './need.js';
import type { Condition, Conditions, NodeSettings, Versioned } from './node-options.js';
import type { JsonReturn, JsonSchema, TaskOutput } from './output-schema.js';

/** All options of a resource, such as a test database: what makes it, and what takes it away when nothing needs it any more. */
export type ResourceOptions<
  N extends Needs,
  Input,
  S extends z.ZodType | undefined,
  R,
  T extends TriggerRule,
  Answer,
  A extends boolean,
> = NodeSettings<N> &
  Versioned & {
    /** Checks what `create` returns; its codecs carry what JSON can't, such as dates. @default none */
    readonly output?: S extends z.ZodType ? JsonSchema<S> : S;
    /** Makes it; what it returns is what the resource's consumers get. */
    readonly create: S extends z.ZodType
      ? NoInfer<Handler<N, Input, T, z.output<S> | Promise<z.output<S>>>>
      : Handler<N, Input, T, JsonReturn<R>>;
    /**
     * Takes it away once all that needs it has settled, however that ended, also when the run is cancelled; retried as `retry` says. If it
     * fails for good the run is failed, unless the resource has `allowFailure`.
     */
    readonly destroy: Undo<N, Input, T, TaskOutput<S, NoInfer<R>>>;
  } & Conditions<N, T, Condition<N, Input, T, Answer>, A>;
