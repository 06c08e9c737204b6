import { inspect, types } from 'node:util';
import type { TextMask } from './text-mask.js';

/** What is nested deeper is left out where anything is masked; nothing that loggers or Temporal show goes as deep. */
const DEPTH_MAXIMUM = 200;

/** How deep objects of a class are looked into, beside what JSON shows of them. Loggers stop earlier. */
const INSPECTION = { depth: 6, breakLength: Number.POSITIVE_INFINITY, maxArrayLength: null, maxStringLength: null };

/**
 * A copy of anything that may be thrown, logged or reported, with the secrets masked in its texts and numbers; or the value itself, where it
 * holds none. Errors stay errors of their class. An object of another class that shows a secret becomes what JSON or a logger makes of it.
 */
export function maskValue<T>(value: T, mask: TextMask): T {
  const masking = new Masking(mask);
  const copy = masking.of(value, 0);
  return masking.hasMasked ? (copy as T) : value; // the same in shape, with other texts
}

class Masking {
  hasMasked = false;
  readonly #mask: TextMask;
  readonly #copies = new Map<object, unknown>();

  constructor(mask: TextMask) {
    this.#mask = mask;
  }

  of(value: unknown, depth: number): unknown {
    switch (typeof value) {
      case 'string':
        return this.#text(value);
      case 'number':
      case 'bigint': {
        const digits = String(value);
        const masked = this.#text(digits);
        return masked === digits ? value : masked;
      }
      case 'object':
        return value === null ? null : this.#ofObject(value, depth);
      default:
        return value;
    }
  }

  #text(text: string): string {
    const masked = this.#mask.mask(text);
    if (masked !== text) this.hasMasked = true;
    return masked;
  }

  #ofObject(value: object, depth: number): unknown {
    const known = this.#copies.get(value);
    if (known !== undefined) return known;
    if (depth === DEPTH_MAXIMUM) {
      this.hasMasked = true;
      return '[too deep to be masked]';
    }
    if (Array.isArray(value)) {
      const copy: unknown[] = [];
      this.#copies.set(value, copy);
      for (const part of value) copy.push(this.of(part, depth + 1));
      return copy;
    }
    if (value instanceof Error || types.isNativeError(value)) return this.#ofError(value, depth);
    if (!isPlain(value)) return this.#ofInstance(value, depth);
    const copy = Object.create(Object.getPrototypeOf(value));
    this.#copies.set(value, copy);
    for (const key of Reflect.ownKeys(value)) this.#copyProperty(value, copy, key, depth);
    return copy;
  }

  #ofError(error: Error, depth: number): Error {
    const copy = Object.create(Object.getPrototypeOf(error));
    this.#copies.set(error, copy);
    const keys = new Set(Reflect.ownKeys(error));
    for (const key of ['name', 'message', 'stack', ...keys]) {
      if (!keys.has(key) && read(error, key) === undefined) continue;
      // The SDK would send these instead of the copy.
      if (key === 'failure' || key === 'originalFailure') continue;
      this.#copyProperty(error, copy, key, depth);
    }
    return copy;
  }

  #copyProperty(from: object, to: object, key: string | symbol, depth: number): void {
    const value = this.of(read(from, key), depth + 1);
    const enumerable = Object.getOwnPropertyDescriptor(from, key)?.enumerable ?? false;
    const maskedKey = typeof key === 'string' ? this.#text(key) : key;
    Object.defineProperty(to, maskedKey, { value, enumerable, writable: true, configurable: true });
  }

  /** Fields may be private, so it can't be copied. */
  #ofInstance(value: object, depth: number): unknown {
    if (ArrayBuffer.isView(value)) {
      return this.#shown(value, Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString());
    }
    const json = toJson(value);
    if (json !== undefined && this.#mask.find(json) !== undefined) return this.of(JSON.parse(json), depth + 1);
    return this.#shown(value, inspect(value, INSPECTION));
  }

  #shown(value: object, text: string): unknown {
    const masked = this.#text(text);
    return masked === text ? value : masked;
  }
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null; // of any realm
}

/** A getter may throw. */
function read(value: object, key: string | symbol): unknown {
  try {
    return Reflect.get(value, key);
  } catch {
    return undefined;
  }
}

/** Of what leads back to itself there is none. */
function toJson(value: object): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
