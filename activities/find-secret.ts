import { isRecord, type Json } from '../src/core/json.js';
import type { TextMask } from './text-mask.js';

/** Where a secret stands in a value: `output.registry.token`. */
export interface FoundSecret {
  readonly path: string;
  readonly name: string;
}

/** The first text, key or number of a value that has a secret in it. */
export function findSecret(value: Json, path: string, mask: TextMask): FoundSecret | undefined {
  if (isRecord(value)) {
    for (const [key, part] of Object.entries(value)) {
      const at = `${path}.${mask.mask(key)}`;
      const name = mask.find(key);
      const found = name === undefined ? findSecret(part as Json, at, mask) : { path: at, name };
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (Array.isArray(value)) {
    for (const [i, part] of value.entries()) {
      const found = findSecret(part, `${path}[${i}]`, mask);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  const name = typeof value === 'string' || typeof value === 'number' ? mask.find(String(value)) : undefined;
  return name === undefined ? undefined : { path, name };
}
