import { decodeOutputs } from '../src/client/decode-outputs.js';
import { RunCancelledError, RunFailedError } from '../src/client/errors.js';
import type { TaskError } from '../src/core/cause.js';
import { describeCause } from '../src/core/describe-cause.js';
import { describeRunFailure } from '../src/core/run-failure.js';
import type { RunOutcome } from '../src/core/run-outcome.js';
import type { Scheduler } from '../src/core/scheduler.js';
import type { TaskState } from '../src/core/task-state.js';
import { suggest } from '../src/define/suggest.js';
import type { WorkflowDefinition } from '../src/define/workflow-definition.js';
import { UnknownTaskError } from './unknown-task-error.js';

export interface InProcessTask {
  readonly state: TaskState;
  readonly attempts: number;
  /** The JSON of its output. */
  readonly output: unknown;
  readonly error: TaskError | undefined;
  /** Why it did not succeed, in words. */
  readonly cause: string | undefined;
}

/** What came of a workflow that ran in this process. */
export class InProcessRun<Output> {
  readonly outcome: RunOutcome;
  readonly #scheduler: Scheduler;
  readonly #definition: WorkflowDefinition;

  /** @internal */
  constructor(definition: WorkflowDefinition, scheduler: Scheduler) {
    this.#definition = definition;
    this.#scheduler = scheduler;
    this.outcome = scheduler.outcome ?? 'cancelled';
  }

  /**
   * The run's outputs, as `run.result()` of a real run gives them.
   *
   * @throws {@link RunFailedError}, {@link RunCancelledError}
   */
  async result(): Promise<Output> {
    if (this.outcome === 'cancelled') throw new RunCancelledError('it was cancelled', { place: this.#definition.name });
    if (this.outcome === 'failed') {
      const { message, details } = describeRunFailure(this.#scheduler);
      throw new RunFailedError(message, details, undefined);
    }
    return (await decodeOutputs(this.#definition, this.#scheduler.outputs())) as Output; // typed by the definition
  }

  /** @throws {@link UnknownTaskError} */
  task(id: string): InProcessTask {
    const { tasks: planned } = this.#scheduler.plan;
    const index = planned.findIndex((task) => task.id === id);
    const task = this.#scheduler.tasks[index];
    if (task === undefined)
      throw new UnknownTaskError(
        id,
        this.#definition.name,
        suggest(
          id,
          planned.map((known) => known.id),
        ),
      );
    const { state, attempts, output, cause } = task;
    return {
      state,
      attempts,
      output,
      error: cause?.kind === 'error' ? cause.error : undefined,
      cause: cause && describeCause(cause, (other) => planned[other]?.id ?? String(other)),
    };
  }
}
