import { workflowInfo } from '@temporalio/workflow';

/**
 * The commands of one workflow task travel in one gRPC message of at most 4 MiB; a larger one can't be completed, ever.
 * Half of it leaves room for what is not counted here.
 */
const BYTES_PER_WORKFLOW_TASK = 1.5 * 1024 * 1024;
/** Type, id and options of a dispatch, beside its argument. */
const BYTES_PER_COMMAND = 1_024;

/** How much may still be dispatched in the present workflow task. */
export class DispatchBudget {
  #used = 0;
  #historyLength = -1;

  /** Takes so many bytes if they fit. A single argument that is larger than the budget, up to a payload's 2 MiB, goes alone. */
  take(bytes: number): boolean {
    // The history grows between workflow tasks and only then, in a replay as well.
    const { historyLength } = workflowInfo();
    if (historyLength !== this.#historyLength) {
      this.#historyLength = historyLength;
      this.#used = 0;
    }
    const needed = bytes + BYTES_PER_COMMAND;
    if (this.#used > 0 && this.#used + needed > BYTES_PER_WORKFLOW_TASK) return false;
    this.#used += needed;
    return true;
  }
}
