import type { z } from 'zod';
import type { TriggerRule } from '../core/trigger-rule.js';
import type { CachedBy, CacheKeyReturn, Uncached } from './cache-options.js';
import type { Implementation } from './handler.js';
import type { JsonCompatible } from './json-compatible.js';
import type { Needs, NeedValues } from './need.js';
import type { Condition, Conditions, NodeSettings, Versioned } from './node-options.js';
import type { JsonReturn, JsonSchema } from './output-schema.js';
import type { ItemContext, TaskContext } from './task-context.js';
import type { InputOf, WorkflowDefinition } from './workflow-definition.js';

/** How many items may fail: a number, or so many of a hundred, rounded down. */
export type Tolerance = number | `${number}%`;

interface MapSettings<N extends Needs, L extends Tolerance> extends NodeSettings<N>, Versioned {
  /** Items in flight at once. @default as many as the run may have */
  readonly concurrency?: number;
  /**
   * How many items may fail, `3` or `'10%'` (rounded down): up to so many, the map succeeds, with `undefined` at their place. Since `null` stands
   * for them on the way, an item can't give it. @default none
   */
  readonly tolerate?: L;
}

interface Over<N extends Needs, Input, T extends TriggerRule, Items> {
  /** Makes the items, on a worker. They must be JSON; there may be as many as one payload holds (2 MiB). */
  readonly over: (needs: NeedValues<N, T>, context: TaskContext<Input>) => Items | Promise<Items>;
}

/** A list of `Item`, if JSON carries it; otherwise what would have to stand there instead. */
type JsonItems<Item> = [readonly Item[]] extends [JsonCompatible<readonly Item[], ItemAdvice>]
  ? readonly Item[]
  : JsonCompatible<readonly NoInfer<Item>[], ItemAdvice>;

type ItemAdvice = 'JSON would corrupt it; an item must be JSON, of which `run` can make something else';

type ItemHandler<N extends Needs, Input, Item, T extends TriggerRule, Out> = (
  item: Item,
  context: ItemContext<Input, NeedValues<N, T>>,
) => Out;

/** An array has no `undefined` in JSON; where failures are tolerated, null is read as that. A function that returns nothing at all is fine. */
type ItemReturn<R, L extends Tolerance> = [L] extends [never]
  ? undefined extends Awaited<R>
    ? // biome-ignore lint/suspicious/noConfusingVoidType: what a function has that returns nothing
      [Awaited<R>] extends [void]
      ? JsonReturn<R>
      : NoUndefined
    : JsonReturn<R>
  : JsonReturn<R>;

interface NoUndefined {
  readonly '~notJson': 'undefined in an array: JSON would make it null; return null, or give the map an `output` schema';
}

/**
 * What a function must return, as a type of its own beside {@link ItemHandler} and under a condition. One type for both, as a task has it, would let
 * the compiler ask for the type of `item` before it has looked at what `over` returns; without the condition, literals in what the function
 * returns would widen to `string` before they are checked.
 */
type Returning<Out> = NoInfer<(item: never, context: never) => Out | Promise<Out>>;

/** All options of a map that calls a function for each item. */
export type MapOptions<
  N extends Needs,
  Input,
  Item,
  R,
  T extends TriggerRule,
  Answer,
  A extends boolean,
  L extends Tolerance,
> = MapSettings<N, L> &
  Over<N, Input, T, JsonItems<Item>> &
  (Uncached | CachedBy<ItemHandler<N, Input, NoInfer<Item>, T, CacheKeyReturn>>) &
  Conditions<N, T, Condition<N, Input, T, Answer>, A> & {
    readonly output?: undefined;
    readonly workflow?: undefined;
  } & Implementation<ItemHandler<N, Input, Item, T, ItemReturn<R, L>>, Condition<N, Input, T, Answer>>;

/** The same with a schema for what the function gives of an item. */
export type EncodedMapOptions<
  N extends Needs,
  Input,
  Item,
  S extends z.ZodType,
  T extends TriggerRule,
  Answer,
  A extends boolean,
  L extends Tolerance,
> = MapSettings<N, L> &
  Over<N, Input, T, JsonItems<Item>> &
  (Uncached | CachedBy<ItemHandler<N, Input, NoInfer<Item>, T, CacheKeyReturn>>) &
  Conditions<N, T, Condition<N, Input, T, Answer>, A> & {
    /** Checks what `run` returns for one item; its codecs carry what JSON can't, such as dates. */
    readonly output: JsonSchema<S>;
    readonly workflow?: undefined;
  } & Implementation<
    ItemHandler<N, Input, Item, T, unknown> & (S extends z.ZodType ? Returning<z.output<S>> : never),
    Condition<N, Input, T, Answer>
  >;

interface ChildOptions<W extends WorkflowDefinition> {
  /** What runs for each item, as a child workflow. */
  readonly workflow: W;
  readonly run?: undefined;
  readonly load?: undefined;
  readonly output?: undefined;
}

/** All options of a map that runs another workflow for each item, which is its input. */
export type ChildMapOptions<
  N extends Needs,
  Input,
  W extends WorkflowDefinition,
  T extends TriggerRule,
  Answer,
  A extends boolean,
  L extends Tolerance,
> = MapSettings<N, L> &
  NoInfer<Over<N, Input, T, readonly InputOf<W>[]>> &
  ChildOptions<W> &
  Conditions<N, T, Condition<N, Input, T, Answer>, A> & { readonly with?: undefined };

/** All options of a map that runs another workflow for each item, of which `with` makes its input. */
export type ChildMapWithOptions<
  N extends Needs,
  Input,
  Item,
  W extends WorkflowDefinition,
  T extends TriggerRule,
  Answer,
  A extends boolean,
  L extends Tolerance,
> = MapSettings<N, L> &
  Over<N, Input, T, JsonItems<Item>> &
  ChildOptions<W> &
  Conditions<N, T, Condition<N, Input, T, Answer>, A> & {
    /** Makes the child's input of an item, on a worker. */
    readonly with: ItemHandler<N, Input, Item, T, unknown> &
      (W extends WorkflowDefinition ? Returning<InputOf<W>> : never);
  };

/** What the consumers of a map receive. */
export type MapOutput<Out, L extends Tolerance> = [L] extends [never] ? Out[] : (Exclude<Out, null> | undefined)[];

/** What a map's output is on its way. */
export type MapWire<Wire, L extends Tolerance> = [L] extends [never] ? Wire[] : (Wire | null)[];
