/**
 * A task inside its workflow's definition: what other tasks name in `needs` and what the definition returns.
 *
 * @typeParam Out what consumers receive
 * @typeParam Wire how it travels as JSON; other than `Out` only with an `output` schema that has codecs
 * @typeParam Absence `undefined` if a run can be completed without this output: the task may be skipped, or fail in a way that is allowed
 */
export interface TaskHandle<Out = unknown, Wire = unknown, Absence extends undefined = never> {
  readonly id: string;
  readonly workflow: string;
  /** For the compiler alone; never present. */
  readonly '~types'?: { readonly output: Out; readonly wire: Wire; readonly absence: Absence };
}

// biome-ignore lint/suspicious/noExplicitAny: a constraint that every handle satisfies; `unknown` would lose the inference
export type AnyHandle = TaskHandle<any, any, any>;

export type OutputOfHandle<H> = H extends TaskHandle<infer Out, unknown, undefined> ? Out : never;
export type WireOfHandle<H> = H extends TaskHandle<unknown, infer Wire, undefined> ? Wire : never;
export type AbsenceOfHandle<H> = H extends TaskHandle<unknown, unknown, infer Absence> ? Absence : never;
