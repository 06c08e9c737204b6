import type { Duration } from '@temporalio/common';
import type { OrderOptions } from '../src/client/steering.js';
import type { AuditEntry } from '../src/core/order.js';
import type { TaskState } from '../src/core/task-state.js';
import { readDuration } from '../src/define/duration.js';
import { findChild } from './find-unit.js';
import type { InProcessDriver } from './in-process-driver.js';
import { encodeGiven, giveOrder, target } from './in-process-orders.js';
import type { InProcessSession } from './in-process-session.js';
import { plannedNode } from './planned-node.js';
import { SteeredTask } from './steered-task.js';

/**
 * An open run in process, to steer as the client's `Run` does. Ids are those of nodes and items (`smoke[3]`); with a path, of a child workflow's
 * (`trip/go-live`).
 *
 * What gives an order throws {@link OrderRefusedError} where the state makes it impossible, and {@link UnknownTaskError}.
 */
export class SteeredRun {
  readonly #session: InProcessSession;
  readonly #run: InProcessDriver;

  /** @internal */
  constructor(session: InProcessSession, run: InProcessDriver) {
    this.#session = session;
    this.#run = run;
  }

  /** The orders that were given. */
  get audit(): readonly AuditEntry[] {
    return this.#run.scheduler.audit;
  }

  /** @throws {@link UnknownTaskError} */
  task(id: string): SteeredTask {
    plannedNode(this.#run.scheduler.plan, id);
    return new SteeredTask(this.#run, id);
  }

  /**
   * The run of a subworkflow, or of an item of a map over a workflow.
   *
   * @throws {@link UnknownTaskError} if it has not started
   */
  child(id: string): SteeredRun {
    return new SteeredRun(this.#session, findChild(this.#run, id));
  }

  /**
   * Resolves when the node or item is in one of the states.
   *
   * @throws {@link StateNotReachedError} if it can't be in it any more, {@link StuckRunError} if nothing can happen any more
   */
  waitFor(id: string, ...states: TaskState[]): Promise<void> {
    plannedNode(this.#run.scheduler.plan, id);
    return this.#session.liveness.waitingFor(this.#session.waits.waitFor(this.#run, id, states));
  }

  /** Lets time pass; with `time: 'skip'` no real time, if nothing else goes on. */
  async sleep(duration: Duration): Promise<void> {
    const read = readDuration(duration);
    if ('problem' in read) throw new RangeError(`sleep: ${read.problem}`);
    const elapsed = new Promise<void>((resolve) => this.#session.clock.start(read.milliseconds, resolve));
    return this.#session.liveness.waitingFor(elapsed);
  }

  async approve(id: string, options?: OrderOptions): Promise<void> {
    const { run, id: task } = target(this.#run, 'approve', id);
    giveOrder(run, { verb: 'approve', task }, options);
  }

  async reject(id: string, options?: OrderOptions): Promise<void> {
    const { run, id: task } = target(this.#run, 'reject', id);
    giveOrder(run, { verb: 'reject', task }, options);
  }

  /** @throws {@link OrderFailedError} if the value does not fit the event's schema */
  async send(id: string, value?: unknown, options?: OrderOptions): Promise<void> {
    const { run, id: task } = target(this.#run, 'send', id);
    const wire = await encodeGiven(run, task, value, 'value');
    giveOrder(run, { verb: 'send', task, value: wire ?? null }, options);
  }

  /** Starts no activity and no child workflow any more. A child workflow has a pause of its own: `run.child('trip').pause()`. */
  async pause(options?: OrderOptions): Promise<void> {
    giveOrder(this.#run, { verb: 'pause' }, options);
  }

  async resume(options?: OrderOptions): Promise<void> {
    giveOrder(this.#run, { verb: 'resume' }, options);
  }

  /** Asks the run to stop. */
  async cancel(): Promise<void> {
    this.#run.cancel();
  }
}
