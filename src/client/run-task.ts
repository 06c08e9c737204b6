import type { OrderOptions, Steering } from './steering.js';

/**
 * One task of a run, or one item of a map (`smoke[3]`), to steer. Every method returns when the run has carried out the order.
 *
 * All of them throw {@link OrderRefusedError} where the state makes the order impossible, {@link RunClosedError},
 * {@link RunNotFoundError}, and {@link NoWorkerError} within about 10 seconds if no worker takes it.
 */
export class RunTask {
  readonly id: string;
  readonly #steering: Steering;

  /** @internal */
  constructor(id: string, steering: Steering) {
    this.id = id;
    this.#steering = steering;
  }

  /** Dispatches it anew, with all its attempts: a held task, one that runs (what runs is cancelled, and not waited for), or one that waits for a worker. */
  retry(options?: OrderOptions): Promise<void> {
    return this.#steering.order('retry', { task: this.id }, options);
  }

  /** It is skipped, and so is what needs it, unless `optional` or a trigger rule says otherwise. */
  skip(options?: OrderOptions): Promise<void> {
    return this.#steering.order('skip', { task: this.id }, options);
  }

  /**
   * It succeeds with this output, as its own function would have returned it.
   *
   * @throws {@link OrderFailedError} if the output does not fit the task's schema
   */
  complete(output?: unknown, options?: OrderOptions): Promise<void> {
    return this.#steering.complete(this.id, output, options);
  }

  /** It fails with this message, for good. */
  fail(message: string, options?: OrderOptions): Promise<void> {
    return this.#steering.order('fail', { task: this.id, message }, options);
  }

  /** It is cancelled, which counts as a failure for what needs it and for the run; a running one is asked to stop. */
  cancel(options?: OrderOptions): Promise<void> {
    return this.#steering.order('cancel', { task: this.id }, options);
  }
}
