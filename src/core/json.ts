/** A value that JSON carries without loss. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

/** Narrows an unknown value to a plain keyed object (not null, not an array). */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The same shape while it is being built. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };
