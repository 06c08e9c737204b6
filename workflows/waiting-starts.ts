import { type DispatchRef, dispatchKey } from '../src/core/unit-ref.js';

/** Starts in the order in which they are asked for: as many as there is room for, the rest when there is more. */
export class WaitingStarts<S extends DispatchRef, Obstacle> {
  readonly #tryToStart: (start: S) => Obstacle | undefined;
  readonly #waitFor: (obstacle: Obstacle) => void;
  readonly #waiting: S[] = [];

  /**
   * @param tryToStart returns what is in its way; where nothing is, it has started
   * @param waitFor calls `goOn` when that is gone
   */
  constructor(tryToStart: (start: S) => Obstacle | undefined, waitFor: (obstacle: Obstacle) => void) {
    this.#tryToStart = tryToStart;
    this.#waitFor = waitFor;
  }

  start(start: S): void {
    const isFirst = this.#waiting.length === 0;
    const obstacle = isFirst ? this.#tryToStart(start) : undefined;
    if (isFirst && obstacle === undefined) return;
    this.#waiting.push(start);
    if (obstacle !== undefined) this.#waitFor(obstacle);
  }

  goOn(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const obstacle = this.#tryToStart(next);
      if (obstacle !== undefined) {
        this.#waitFor(obstacle);
        return;
      }
      this.#waiting.shift();
    }
  }

  /** Returns whether it was waiting still. */
  remove(dispatch: DispatchRef): boolean {
    const index = this.#waiting.findIndex((start) => dispatchKey(start) === dispatchKey(dispatch));
    if (index === -1) return false;
    this.#waiting.splice(index, 1);
    return true;
  }
}
