import { PawlError } from '../src/core/pawl-error.js';
import type { TaskState } from '../src/core/task-state.js';
import { lookUp, type RunTree } from './find-unit.js';

/** A test waits for a state that a task does not reach any more. */
export class StateNotReachedError extends PawlError {
  readonly code = 'STATE_NOT_REACHED';
}

interface StateWait {
  readonly isOver: () => boolean;
  readonly reject: (error: unknown) => void;
}

/** What a test that steers a run waits for. */
export class StateWaits {
  readonly #waits = new Set<StateWait>();

  /** Resolves when the node or item is in one of the states. */
  waitFor<T extends RunTree<T>>(run: T, path: string, states: readonly TaskState[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const isOver = () => {
        const found = lookUp(run, path);
        if (typeof found === 'string') return false; // it may come
        const { state, isSettled } = found.unit;
        if (states.includes(state)) resolve();
        else if (isSettled) reject(notReached(path, states, `it is ${state}, and stays so`));
        else return false;
        return true;
      };
      if (isOver()) return;
      this.#waits.add({ isOver, reject: (error) => reject(error ?? notReached(path, states, 'the run has ended')) });
    });
  }

  /** Something has changed. */
  check(): void {
    for (const wait of this.#waits) if (wait.isOver()) this.#waits.delete(wait);
  }

  /** Nothing will change any more. */
  end(error?: unknown): void {
    for (const wait of this.#waits) wait.reject(error);
    this.#waits.clear();
  }
}

function notReached(path: string, states: readonly TaskState[], why: string): StateNotReachedError {
  return new StateNotReachedError(`'${path}' can not become ${states.join(' or ')}: ${why}`);
}
