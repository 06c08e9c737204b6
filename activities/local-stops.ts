/**
 * How a run asks the local tasks that it has in this worker to stop. Not by Temporal's own request: if the task has just ended, and the workflow has not heard of it,
 * the SDK's core takes such a request for non-determinism, and the workflow task fails, again and again.
 */
export class LocalStops {
  readonly #running = new Map<string, AbortController>();
  /** Of tasks that wait for a free slot of the worker, and of those that had just ended, which never take theirs. */
  readonly #early = new Set<string>();

  /**
   * @param runId of the execution that dispatched it
   * @param dispatch what the run calls it, once and never again
   * @param cancellation by Temporal, such as of a timeout
   * @returns aborts when the run asks it to stop, or it is cancelled; `end` is to be called when it has ended
   */
  begin(runId: string, dispatch: string, cancellation: AbortSignal): { readonly signal: AbortSignal; end(): void } {
    const key = keyOf(runId, dispatch);
    const controller = new AbortController();
    const follow = () => controller.abort(cancellation.reason);
    // Not AbortSignal.any, which was a third of what Pawl takes around a task's own function.
    cancellation.addEventListener('abort', follow, { once: true });
    if (cancellation.aborted) follow();
    if (this.#early.delete(key)) controller.abort(wasCancelled());
    this.#running.set(key, controller);
    return {
      signal: controller.signal,
      end: () => {
        if (this.#running.get(key) === controller) this.#running.delete(key);
      },
    };
  }

  /** One that does not run has not begun, or has ended. */
  stop(runId: string, dispatch: string): void {
    const key = keyOf(runId, dispatch);
    const running = this.#running.get(key);
    if (running !== undefined) {
      running.abort(wasCancelled());
      return;
    }
    this.#early.add(key);
    const [oldest] = this.#early;
    if (this.#early.size > EARLY_MAXIMUM && oldest !== undefined) this.#early.delete(oldest);
  }
}

const EARLY_MAXIMUM = 10_000;

function wasCancelled(): Error {
  return new Error('the task was cancelled');
}

function keyOf(runId: string, dispatch: string): string {
  return `${runId}/${dispatch}`;
}
