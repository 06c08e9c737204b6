import type { SecretProvider, SecretRequest } from '../src/define/secret-provider.js';
import { AttemptSecrets } from './attempt-secrets.js';
import { maskValue } from './mask-value.js';
import { formsOf, linesOf } from './secret-forms.js';
import { type SecretText, TextMask } from './text-mask.js';

/** Where secrets come from. */
export interface SecretSource {
  readonly provide: SecretProvider;
  /** What to do where it has none of that name. */
  readonly hint: (name: string) => string;
}

/** How many values of attempts that have ended are still masked: a client that one task made may fail in another. */
const KEPT_MAXIMUM = 100;

interface KnownSecret {
  /** The forms of the whole value. */
  readonly forms: readonly SecretText[];
  readonly lines: readonly SecretText[];
  /** How many of the attempts that resolved it still run. */
  holders: number;
}

/** The secrets of a worker, and which of their values its tasks know: none of these leaves it in what any of them logs, reports or throws. */
export class WorkerSecrets {
  readonly #source: SecretSource;
  /** By value; what was resolved last stands last. */
  readonly #known = new Map<string, KnownSecret>();
  /** Of all known values, made when it is used. */
  #mask: TextMask | undefined;

  constructor(source: SecretSource) {
    this.#source = source;
  }

  forAttempt(request: SecretRequest): AttemptSecrets {
    return new AttemptSecrets(this, this.#source, request);
  }

  mask<T>(value: T): T {
    if (this.#known.size === 0) return value;
    this.#mask ??= new TextMask([...this.#known.values()].flatMap(({ forms, lines }) => [...forms, ...lines]));
    return maskValue(value, this.#mask);
  }

  /** An attempt knows a value, until it {@link release}s it. Returns the texts that have all of the value in them. */
  hold(name: string, value: string): readonly SecretText[] {
    const named = (text: string): SecretText => ({ text, name });
    const known = this.#known.get(value) ?? {
      forms: formsOf(value).map(named),
      lines: linesOf(value).map(named),
      holders: 0,
    };
    if (!this.#known.delete(value)) this.#mask = undefined;
    known.holders++;
    this.#known.set(value, known);
    return known.forms;
  }

  release(value: string): void {
    const known = this.#known.get(value);
    if (known !== undefined) known.holders--;
    for (const [oldest, { holders }] of this.#known) {
      if (this.#known.size <= KEPT_MAXIMUM) break;
      if (holders > 0) continue;
      this.#known.delete(oldest);
      this.#mask = undefined;
    }
  }
}
