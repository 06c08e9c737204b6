import {
  type ActivateInput,
  CancellationScope,
  condition,
  type WorkflowInterceptorsFactory,
  type WorkflowInternalsInterceptor,
} from '@temporalio/workflow';

type Job = NonNullable<ActivateInput['activation']['jobs']>[number];

/** By the run's root scope. */
const hearings = new WeakMap<CancellationScope, Hearing>();

/**
 * How a run hears of what comes at once: of one thing after the other, each when all is done that the one before has led to; first results, then signals and
 * requests to cancel, then orders, then what local activities made.
 *
 * The SDK hands over orders first, and what comes at once is not the same for every worker. A workflow task that led to nothing, such as the end of one of several
 * needs, is to a worker that has not seen the run a part of the next one: an order would come before a result that it had come after. A worker that was asked for
 * the state of a run has heard of results whose workflow task was lost, and hears of the order in the next one alone. And what local activities made comes in a
 * replay together, with the orders of the workflow task in which they ended. Heard like this, all workers hear the same, and command the same.
 */
export class Hearing {
  #delivery: Promise<void> | undefined;

  /** Of all that comes from now on. To be called in the run's root scope. */
  constructor() {
    hearings.set(CancellationScope.current(), this);
  }

  /** Resolves when the run has heard of all that has come; undefined if it has. */
  get all(): Promise<void> | undefined {
    return this.#delivery;
  }

  /** @param listen is called when all is done that the start has led to: what has come with it is heard of then */
  begin(listen: () => void): void {
    this.#follow(quiet().then(listen));
  }

  hear(jobs: readonly Job[], tell: (job: Job) => void): void {
    this.#follow(deliver(jobs, tell));
  }

  #follow(delivery: Promise<void>): void {
    this.#delivery = delivery.finally(() => {
      this.#delivery = undefined;
    });
  }
}

async function deliver(jobs: readonly Job[], tell: (job: Job) => void): Promise<void> {
  for (const job of jobs) {
    tell(job);
    await quiet();
  }
}

/** Resolves when nothing is left to do: the SDK looks at conditions again when all that came of the last has run. */
function quiet(): Promise<void> {
  let hasRun = false;
  void Promise.resolve().then(() => {
    hasRun = true;
  });
  return CancellationScope.nonCancellable(() => condition(() => hasRun));
}

const activate: WorkflowInternalsInterceptor['activate'] = (input, next) => {
  const { jobs = [] } = input.activation;
  const hearing = hearings.get(CancellationScope.current());
  // Queries come alone, too.
  if (hearing === undefined || jobs === null || jobs.length < 2) {
    next(input);
    return;
  }
  const inOrder = [...jobs].sort((a, b) => turnOf(a) - turnOf(b));
  hearing.hear(inOrder, (job) => next({ ...input, activation: { ...input.activation, jobs: [job] } }));
};

function turnOf({ signalWorkflow, cancelWorkflow, doUpdate, resolveActivity }: Job): number {
  if (signalWorkflow || cancelWorkflow) return 1;
  if (doUpdate) return 2;
  return resolveActivity?.isLocal ? 3 : 0;
}

/** Every bundle with Pawl's workflow has this module among its interceptors. */
export const interceptors: WorkflowInterceptorsFactory = () => ({ internals: [{ activate }] });
