/** Milliseconds that a pause takes even after {@link Pause.end}: what has just ended may need a moment to show. */
const LEAST = 50;

/**
 * Pauses in a loop that all end when something happens elsewhere. A promise of that, raced against each pause, would keep something of
 * every one of them until it settles.
 */
export class Pause {
  #hasEnded = false;
  #wake: (() => void) | undefined;

  async take(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#hasEnded ? LEAST : milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Ends the present pause, and makes later ones short. */
  end(): void {
    this.#hasEnded = true;
    this.#wake?.();
  }
}
