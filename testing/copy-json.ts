import type { Json } from '../src/core/json.js';

/** What one task does to a value must not reach another: between them is JSON, in process too. */
export function copyJson<T extends Json | object | undefined>(value: T): T {
  return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T); // JSON in, the same JSON out
}
