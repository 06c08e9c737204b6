/** The exit code of a program that Ctrl-C has ended. */
export const INTERRUPTED = 130;

/** Ctrl-C and what else asks this process to end: at once, unless somebody takes care of it; the second time always at once. */
export class Interruption {
  readonly #controller = new AbortController();
  #isTakenCareOf = false;

  constructor() {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => this.#interrupt());
  }

  /** From now on the first interruption aborts this signal, and whoever listens ends in good order. */
  takeCare(): AbortSignal {
    this.#isTakenCareOf = true;
    return this.#controller.signal;
  }

  #interrupt(): void {
    // The server, the worker and its commands notice that this process is gone, and end too.
    if (!this.#isTakenCareOf || this.#controller.signal.aborted) process.exit(INTERRUPTED);
    this.#controller.abort();
  }
}
