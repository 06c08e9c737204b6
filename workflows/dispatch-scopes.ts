import { CancellationScope } from '@temporalio/workflow';
import { DispatchScope } from './dispatch-scope.js';

/**
 * The scopes of what is in flight, by the dispatch. One whose dispatch has ended serves the next: of each scope the SDK makes three promises, and its hook is
 * called for each, which was a quarter of the processor time of the workflow's thread. What had run in it before is over, so that cancelling it
 * reaches what runs in it now, and nothing else.
 */
export class DispatchScopes {
  readonly #open = new Map<string, DispatchScope>();
  readonly #free: DispatchScope[] = [];

  /** Runs what a dispatch has to run. */
  run<T>(key: string, call: () => Promise<T>): Promise<T> {
    const scope = this.#take();
    this.#open.set(key, scope);
    return scope.run(call);
  }

  /** To be called when it has ended. */
  close(key: string): void {
    const scope = this.#open.get(key);
    this.#open.delete(key);
    if (scope !== undefined) this.#free.push(scope);
  }

  cancel(key: string): void {
    this.#open.get(key)?.cancel();
  }

  #take(): DispatchScope {
    for (let free = this.#free.pop(); free !== undefined; free = this.#free.pop()) {
      // One of another parent would be cancelled with that.
      if (!free.consideredCancelled && free.parent === CancellationScope.current()) return free;
    }
    return new DispatchScope();
  }
}
