import type { z } from 'zod';
import type { JsonCompatible } from './json-compatible.js';

/** `R`, if JSON carries it; otherwise what would have to be returned instead. */
export type JsonReturn<R> = [Awaited<R>] extends [JsonCompatible<Awaited<R>, OutputAdvice>]
  ? R
  : Corrupted<R> | Promise<Corrupted<R>>;

type Corrupted<R> = JsonCompatible<Awaited<NoInfer<R>>, OutputAdvice>;

type OutputAdvice = 'JSON would corrupt it; give the task an `output` schema, with z.codec for such a value';

/** What the consumers of a task receive. */
export type TaskOutput<S, R> = S extends z.ZodType ? z.output<S> : Awaited<R>;

/** What a task's output is on its way. */
export type TaskWire<S, R> = S extends z.ZodType ? z.input<S> : Awaited<R>;

/** A schema that reads JSON, as what it checks travels. */
export type JsonSchema<S extends z.ZodType> = [z.input<S>] extends [JsonCompatible<z.input<S>, SchemaAdvice>]
  ? S
  : { readonly _zod: { readonly input: JsonCompatible<z.input<NoInfer<S>>, SchemaAdvice> } };

type SchemaAdvice =
  'the schema must read JSON; use z.codec, for example z.codec(z.iso.datetime(), z.date(), …) for a Date';
