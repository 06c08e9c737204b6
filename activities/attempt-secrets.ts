import type { Json } from '../src/core/json.js';
import { InvalidSecretError, SecretNotFoundError } from '../src/define/secret-error.js';
import type { SecretRequest } from '../src/define/secret-provider.js';
import { findSecret } from './find-secret.js';
import { escapeJson } from './secret-forms.js';
import { InvalidOutputError } from './task-error.js';
import { type SecretText, TextMask } from './text-mask.js';
import type { SecretSource, WorkerSecrets } from './worker-secrets.js';

/** Characters. What is shorter stands in other texts by accident, and could be guessed from where it is masked. */
const LENGTH_MINIMUM = 6;

/** The secrets that one attempt of a task resolves, each once. */
export class AttemptSecrets {
  readonly #worker: WorkerSecrets;
  readonly #source: SecretSource;
  readonly #request: SecretRequest;
  readonly #resolving = new Map<string, Promise<string>>();
  /** The texts that give it away, by value. */
  readonly #resolved = new Map<string, readonly SecretText[]>();
  #hasEnded = false;

  constructor(worker: WorkerSecrets, source: SecretSource, request: SecretRequest) {
    this.#worker = worker;
    this.#source = source;
    this.#request = request;
  }

  /** @throws {@link SecretNotFoundError}, {@link InvalidSecretError}, and what the provider throws; the next call asks it again then */
  resolve(name: string): Promise<string> {
    const known = this.#resolving.get(name);
    if (known !== undefined) return known;
    const resolving = this.#resolve(name);
    this.#resolving.set(name, resolving);
    resolving.catch(() => this.#resolving.delete(name));
    return resolving;
  }

  /**
   * Hands on what is on its way into the history. Only what this attempt itself resolved is looked for: whether a task fails must not depend on which
   * others ran on the worker before.
   *
   * @throws {@link InvalidOutputError} if it has a secret in it
   */
  refuseIn(value: Json | undefined, place: string): Json | undefined {
    if (this.#resolved.size === 0 || value === undefined) return value;
    const texts = [...this.#resolved.values()].flat();
    const json = JSON.stringify(value);
    if (!texts.some(({ text }) => json.includes(escapeJson(text)))) return value; // much faster than to look at every part
    const found = findSecret(value, place, new TextMask(texts));
    if (found === undefined) return value;
    throw new InvalidOutputError(`it has the secret '${found.name}' in it`, {
      place: found.path,
      hint: 'what a task returns is kept in the history; leave the secret out, and let the tasks that need it call ctx.secret',
    });
  }

  /** The attempt has ended. */
  end(): void {
    this.#hasEnded = true;
    for (const value of this.#resolved.keys()) this.#worker.release(value);
  }

  async #resolve(name: string): Promise<string> {
    const value = this.#check(name, await this.#source.provide(name, this.#request));
    if (this.#resolved.has(value)) return value;
    this.#resolved.set(value, this.#worker.hold(name, value));
    if (this.#hasEnded) this.#worker.release(value); // nobody has waited for it
    return value;
  }

  /** A provider may be plain JavaScript. */
  #check(name: string, value: unknown): string {
    const { workflow, task } = this.#request;
    const place = `${workflow}.${task}`;
    if (value === undefined || value === null || value === '') {
      throw new SecretNotFoundError(`there is no secret '${name}'`, { place, hint: this.#source.hint(name) });
    }
    if (typeof value !== 'string') {
      throw new InvalidSecretError(`the provider gave ${describe(value)} as secret '${name}'`, {
        place,
        hint: 'a secret is a string; encode it, and decode it where it is used',
      });
    }
    if (value.trim().length >= LENGTH_MINIMUM) return value;
    throw new InvalidSecretError(`the secret '${name}' has fewer than ${LENGTH_MINIMUM} characters`, {
      place,
      hint: 'so short a text cannot be masked in errors and logs; take a longer one, or an ordinary setting if it is none',
    });
  }
}

function describe(value: unknown): string {
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
