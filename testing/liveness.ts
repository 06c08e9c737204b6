/**
 * Knows whether anything goes on in a run: handlers that are called, values that are checked, a test that steers. When nothing does, only time can bring
 * the run on.
 */
export class Liveness {
  readonly #whenIdle: () => void;
  #goingOn = 0;
  #isSteering = false;
  /** What the test that steers waits for, of the run. */
  #waitedFor = 0;
  #isLooking = false;

  constructor(whenIdle: () => void) {
    this.#whenIdle = whenIdle;
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#goingOn++;
    try {
      return await work();
    } finally {
      this.#goingOn--;
      this.look();
    }
  }

  /** A test may do anything that nobody here knows of, but for the time in which it waits for the run. */
  async steering(steer: () => Promise<void>): Promise<void> {
    this.#isSteering = true;
    try {
      await steer();
    } finally {
      this.#isSteering = false;
      this.look();
    }
  }

  async waitingFor<T>(wait: Promise<T>): Promise<T> {
    this.#waitedFor++;
    this.look();
    try {
      return await wait;
    } finally {
      this.#waitedFor--;
    }
  }

  /** Sees whether nothing goes on, once everything that follows at once has happened. */
  look(): void {
    if (this.#isLooking || !this.#isIdle) return;
    this.#isLooking = true;
    setImmediate(() => {
      this.#isLooking = false;
      if (this.#isIdle) this.#whenIdle();
    });
  }

  get #isIdle(): boolean {
    return this.#goingOn === 0 && (!this.#isSteering || this.#waitedFor > 0);
  }
}
