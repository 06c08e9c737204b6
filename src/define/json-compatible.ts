/** Stands where a type has something that JSON would corrupt, so that the compiler's message says what it is and what to do. */
interface NotJson<Why extends string> {
  readonly '~notJson': Why;
}

// biome-ignore lint/suspicious/noConfusingVoidType: a handler that returns nothing has the output type void
type WithoutHarm = string | number | boolean | null | undefined | void;

/**
 * `T` itself where JSON carries it unharmed; with {@link NotJson} at the places where it would not. `undefined` is fine as a
 * whole value and for optional properties (JSON leaves them out), but not in arrays (JSON would make it null).
 *
 * `T` must not be wrapped in `NoInfer`, which would keep a union from being looked at part by part.
 *
 * @typeParam Advice what to do about it
 */
export type JsonCompatible<T, Advice extends string> =
  IsAny<T> extends true
    ? T
    : T extends WithoutHarm
      ? T
      : T extends bigint
        ? NotJson<`a bigint: ${Advice}`>
        : T extends symbol
          ? NotJson<`a symbol: ${Advice}`>
          : T extends (...args: never[]) => unknown
            ? NotJson<`a function: ${Advice}`>
            : T extends Date
              ? NotJson<`a Date: ${Advice}`>
              : T extends ReadonlyMap<unknown, unknown>
                ? NotJson<`a Map: ${Advice}`>
                : T extends ReadonlySet<unknown>
                  ? NotJson<`a Set: ${Advice}`>
                  : T extends readonly unknown[]
                    ? JsonArray<T, Advice>
                    : T extends object
                      ? { [K in keyof T]: K extends symbol ? NotJson<SymbolKey> : JsonCompatible<T[K], Advice> }
                      : NotJson<'an unknown value: give it a type; z.json() is a schema for any JSON'>;

/** Lists apart from tuples: a mapped type over a list is expanded at once, without end where its type is recursive. */
type JsonArray<T extends readonly unknown[], Advice extends string> = number extends T['length']
  ? readonly JsonElement<T[number], Advice>[]
  : { readonly [I in keyof T]: JsonElement<T[I], Advice> };

type JsonElement<T, Advice extends string> =
  IsAny<T> extends true
    ? T
    : // biome-ignore lint/suspicious/noConfusingVoidType: a list of what functions returned that return nothing
      T extends undefined | void
      ? NotJson<'undefined in an array: JSON would make it null'>
      : JsonCompatible<T, Advice>;

type SymbolKey = 'a symbol as key: JSON would leave it out';

type IsAny<T> = 0 extends 1 & T ? true : false;
