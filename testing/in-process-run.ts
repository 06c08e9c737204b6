import { decodeOutputs } from '../src/client/decode-outputs.js';
import { RunCancelledError, RunFailedError } from '../src/client/errors.js';
import type { AuditEntry } from '../src/core/order.js';
import { describeRunFailure } from '../src/core/run-failure.js';
import type { RunOutcome } from '../src/core/run-outcome.js';
import { resolveOutput } from '../src/data/resolve-output.js';
import { explainInProcess } from './explain-in-process.js';
import { findChild } from './find-unit.js';
import type { InProcessDriver } from './in-process-driver.js';
import { type InProcessTask, readTask } from './in-process-task.js';
import { nothingStored } from './nothing-stored.js';
import { requireOutputs } from './skipped-outputs.js';

/** What came of a workflow that ran in this process. */
export class InProcessRun<Output> {
  readonly outcome: RunOutcome;
  /** Milliseconds that it took, with the time that was skipped. */
  readonly duration: number;
  readonly #run: InProcessDriver;

  /** @internal */
  constructor(run: InProcessDriver, duration: number) {
    this.#run = run;
    this.outcome = run.scheduler.outcome ?? 'cancelled';
    this.duration = duration;
  }

  /**
   * The run's outputs, as `run.result()` of a real run gives them.
   *
   * @throws {@link RunFailedError}, {@link RunCancelledError}, {@link OutputSkippedError}
   */
  async result(): Promise<Output> {
    const { definition, scheduler } = this.#run.execution;
    if (this.outcome === 'cancelled') throw new RunCancelledError('it was cancelled', { place: definition.name });
    if (this.outcome === 'failed') {
      const { message, details } = describeRunFailure(scheduler);
      throw new RunFailedError(message, details, undefined);
    }
    requireOutputs(this.#run.execution);
    const outputs = await resolveOutput({ $pawl: { record: scheduler.outputs() } }, nothingStored);
    return (await decodeOutputs(definition, outputs ?? {})) as Output; // typed by the definition
  }

  /**
   * @param id of a node, an item `smoke[3]`, an undoing `book:compensate` or `db:destroy`; of a node of a child workflow `trip/book`
   * @throws {@link UnknownTaskError}
   */
  task(id: string): InProcessTask {
    return readTask(this.#run, id);
  }

  /**
   * Why a node or an item is in its state: a chain of reasons in words, one a line, down to where it began.
   *
   * @throws {@link UnknownTaskError}
   */
  explain(id: string): string {
    return explainInProcess(this.#run, id);
  }

  /**
   * What came of a child workflow.
   *
   * @param id of a subworkflow, or of an item of a map over a workflow
   * @throws {@link UnknownTaskError} if none was started
   */
  child(id: string): InProcessRun<unknown> {
    const child = findChild(this.#run, id);
    return new InProcessRun(child, child.duration);
  }

  /** The orders that were given, first to last. */
  get audit(): readonly AuditEntry[] {
    return this.#run.scheduler.audit;
  }
}
