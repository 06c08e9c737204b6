import { InvalidInputError } from '../src/client/errors.js';
import { Scheduler } from '../src/core/scheduler.js';
import { wireOutput } from '../src/core/wire-output.js';
import { compile } from '../src/define/compile.js';
import { checkInput } from '../src/define/run-input.js';
import type { TaskLogger } from '../src/define/task-context.js';
import type { InputOf, OutputOf, WorkflowDefinition } from '../src/define/workflow-definition.js';
import { type GivenSecrets, givenSecrets } from './given-secrets.js';
import { InProcessDriver } from './in-process-driver.js';
import { IN_PROCESS_RUN_ID } from './in-process-execution.js';
import { InProcessRun } from './in-process-run.js';
import { InProcessSession } from './in-process-session.js';
import { plannedNode } from './planned-node.js';
import type { Mocks } from './served-with-mocks.js';
import { type ApprovalAnswer, StandingAnswers } from './standing-answers.js';
import { SteeredRun } from './steered-run.js';

export interface RunInProcessOptions {
  /**
   * Functions to use instead of the real ones, by node. Of one function it stands for `run` (`create` of a resource); a condition beside that is asked
   * all the same, one in a loaded module is not.
   */
  readonly mocks?: Mocks;
  /** Decisions by approval, given as soon as it waits. @default none: an approval waits for its timeout, or for `steer` */
  readonly approvals?: Readonly<Record<string, ApprovalAnswer>>;
  /** Values by event, sent as soon as it waits, as the event's schema decodes them. @default none */
  readonly events?: Readonly<Record<string, unknown>>;
  /** Steers the open run as an operator would. An error that it throws rejects. */
  readonly steer?: (run: SteeredRun) => Promise<void>;
  /**
   * `skip`: when nothing goes on, the clock jumps to the next timer (sleeps, timeouts of waits, holds), as in Temporal's time-skipping test server; while
   * handlers run, time flows. `real`: it always flows. @default 'skip'
   */
  readonly time?: 'skip' | 'real';
  /** Cancels the run when it aborts. Nobody waits for that: to cancel a run in which nothing goes on, use `steer`. */
  readonly signal?: AbortSignal;
  /** @default 'in-process' */
  readonly workflowId?: string;
  /** Where `ctx.log` goes. @default nowhere */
  readonly log?: TaskLogger;
  /** Values for `ctx.secret` by name, or a function as a worker's `secrets`. @default none: the environment is not asked */
  readonly secrets?: GivenSecrets;
}

/** The input may be left out where the workflow takes none. */
type RunArguments<Input> = undefined extends Input
  ? [input?: Input, options?: RunInProcessOptions]
  : [input: Input, options?: RunInProcessOptions];

/**
 * Runs a workflow in this process, without a server: the same scheduler and the real handlers, for unit tests. Child workflows run in it, too. Values go
 * through JSON and schemas as in a real run. Attempts are counted, but retried at once; the timeouts of handlers do not run. A handler that
 * goes on after its signal has aborted is not waited for longer than a second.
 *
 * @throws {@link DefinitionError}, {@link InvalidInputError}, {@link UnknownTaskError} for a mock or answer of a node that is not there,
 * {@link StuckRunError} if the run is open and nothing can happen any more, {@link OrderFailedError} for an event's value that does not fit its schema, and
 * what `steer` throws. A failure of the run itself is in what it returns.
 */
export async function runInProcess<W extends WorkflowDefinition>(
  workflow: W,
  ...[input, options = {}]: RunArguments<InputOf<W>>
): Promise<InProcessRun<OutputOf<W>>> {
  const {
    mocks = {},
    approvals,
    events,
    steer,
    signal,
    time = 'skip',
    workflowId = 'in-process',
    log = SILENT,
    secrets = {},
  } = options;
  const plan = compile(workflow);
  const checked = await checkInput(workflow, input);
  if (checked.kind === 'invalid')
    throw new InvalidInputError(checked.message, { place: `workflow '${workflow.name}'` });
  for (const id of Object.keys(mocks)) plannedNode(plan, id);
  const session = new InProcessSession({
    time,
    log,
    mocks,
    answers: new StandingAnswers(plan, approvals, events),
    secrets: givenSecrets(secrets),
  });
  const run = new InProcessDriver(session, {
    definition: workflow,
    scheduler: new Scheduler(plan),
    served: session.serve(workflow, ''),
    facts: { input: wireOutput(checked.input), rootRunId: IN_PROCESS_RUN_ID, ownRunId: IN_PROCESS_RUN_ID },
    workflowId,
    path: '',
  });
  await session.run(run, { signal, steer: steer && (() => steer(new SteeredRun(session, run))) });
  return new InProcessRun(run, run.duration);
}

const SILENT: TaskLogger = { debug() {}, info() {}, warn() {}, error() {} };
