import type { OrderOptions } from '../src/client/steering.js';
import type { TaskState } from '../src/core/task-state.js';
import type { InProcessDriver } from './in-process-driver.js';
import { encodeGiven, giveOrder, target } from './in-process-orders.js';
import { type InProcessTask, readTask } from './in-process-task.js';

/** A node or item of an open run in process, to look at and to steer as the client's `run.task(id)` does. */
export class SteeredTask implements Pick<InProcessTask, 'state' | 'attempts' | 'cause'> {
  readonly #run: InProcessDriver;
  readonly #path: string;

  /** @internal */
  constructor(run: InProcessDriver, path: string) {
    this.#run = run;
    this.#path = path;
  }

  get state(): TaskState {
    return readTask(this.#run, this.#path).state;
  }

  get attempts(): number {
    return readTask(this.#run, this.#path).attempts;
  }

  /** Why it is not running or succeeded, in words. */
  get cause(): string | undefined {
    return readTask(this.#run, this.#path).cause;
  }

  async retry(options?: OrderOptions): Promise<void> {
    this.#order('retry', options);
  }

  async skip(options?: OrderOptions): Promise<void> {
    this.#order('skip', options);
  }

  async cancel(options?: OrderOptions): Promise<void> {
    this.#order('cancel', options);
  }

  /**
   * @param output as its handler would return it
   * @throws {@link OrderFailedError} if it does not fit the node's schema
   */
  async complete(output?: unknown, options?: OrderOptions): Promise<void> {
    const { run, id } = target(this.#run, 'complete', this.#path);
    const wire = await encodeGiven(run, id, output, 'output');
    giveOrder(run, { verb: 'complete', task: id, ...(wire !== undefined && { output: wire }) }, options);
  }

  async fail(message: string, options?: OrderOptions): Promise<void> {
    const { run, id } = target(this.#run, 'fail', this.#path);
    giveOrder(run, { verb: 'fail', task: id, message }, options);
  }

  #order(verb: 'retry' | 'skip' | 'cancel', options: OrderOptions | undefined): void {
    const { run, id } = target(this.#run, verb, this.#path);
    giveOrder(run, { verb, task: id }, options);
  }
}
