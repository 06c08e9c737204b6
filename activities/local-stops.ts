/**
 * How a run asks the local tasks that it has in this worker to stop. Not by Temporal's own request: if the task has just ended, and the workflow has not heard of it,
 * the SDK's core takes such a request for non-determinism, and the workflow task fails, again and again.
 */
export class LocalStops {
  readonly #running = new Map<string, AbortController>();

  /**
   * @param runId of the execution that dispatched it
   * @param dispatch its id
   * @returns aborts when the run asks it to stop; `end` is to be called when it has ended
   */
  begin(runId: string, dispatch: string): { readonly signal: AbortSignal; end(): void } {
    const key = keyOf(runId, dispatch);
    const controller = new AbortController();
    this.#running.set(key, controller);
    return {
      signal: controller.signal,
      end: () => {
        if (this.#running.get(key) === controller) this.#running.delete(key);
      },
    };
  }

  /** One that is not there has ended, or runs in another worker. */
  stop(runId: string, dispatch: string): void {
    this.#running.get(keyOf(runId, dispatch))?.abort(new Error('the task was cancelled'));
  }
}

function keyOf(runId: string, dispatch: string): string {
  return `${runId}/${dispatch}`;
}
