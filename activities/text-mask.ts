/** A text that gives a secret away. */
export interface SecretText {
  readonly text: string;
  readonly name: string;
}

/** Replaces the secrets in a text by their names. */
export class TextMask {
  readonly #secrets: readonly SecretText[];

  constructor(secrets: readonly SecretText[]) {
    // The longest first: one may be a part of another.
    this.#secrets = secrets.toSorted((a, b) => b.text.length - a.text.length);
  }

  /** The name of a secret that the text has in it. */
  find(text: string): string | undefined {
    return this.#secrets.find((secret) => text.includes(secret.text))?.name;
  }

  mask(text: string): string {
    let masked = text;
    // By a function, since `$&` in a name would be a pattern.
    for (const secret of this.#secrets) masked = masked.replaceAll(secret.text, () => `[secret ${secret.name}]`);
    return masked;
  }
}
