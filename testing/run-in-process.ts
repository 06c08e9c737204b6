import { serveTasks } from '../activities/served-task.js';
import { InvalidInputError } from '../src/client/errors.js';
import { Scheduler } from '../src/core/scheduler.js';
import { compile } from '../src/define/compile.js';
import { checkInput } from '../src/define/run-input.js';
import { suggest } from '../src/define/suggest.js';
import type { TaskContext, TaskLogger } from '../src/define/task-context.js';
import type { ErasedHandler, InputOf, OutputOf, WorkflowDefinition } from '../src/define/workflow-definition.js';
import { InProcessDriver } from './in-process-driver.js';
import { InProcessRun } from './in-process-run.js';
import { UnknownTaskError } from './unknown-task-error.js';

/** Stands in for a task's handler. Its output is checked by the task's schema like the real one's. */
export type Mock = (needs: Readonly<Record<string, unknown>>, context: TaskContext) => unknown;

export interface RunInProcessOptions {
  /** Handlers to use instead of the real ones, by task id. A condition beside `run` is asked all the same; one in a loaded module is not. */
  readonly mocks?: Readonly<Record<string, Mock>>;
  /** Cancels the run when it aborts. */
  readonly signal?: AbortSignal;
  /** @default 'in-process' */
  readonly workflowId?: string;
  /** Where `ctx.log` goes. @default nowhere */
  readonly log?: TaskLogger;
}

/** The input may be left out where the workflow takes none. */
type RunArguments<Input> = undefined extends Input
  ? [input?: Input, options?: RunInProcessOptions]
  : [input: Input, options?: RunInProcessOptions];

/**
 * Runs a workflow in this process, without a server: the same scheduler and the real handlers, for unit tests. Values go through JSON and
 * schemas as in a real run. Attempts are counted, but retried at once; timeouts do not run.
 *
 * @throws {@link DefinitionError}, {@link InvalidInputError}, {@link UnknownTaskError} for a mock of a task that is not there. A failure of the
 * run itself is in what it returns.
 */
export async function runInProcess<W extends WorkflowDefinition>(
  workflow: W,
  ...[input, options = {}]: RunArguments<InputOf<W>>
): Promise<InProcessRun<OutputOf<W>>> {
  const { mocks = {}, signal, workflowId = 'in-process', log = SILENT } = options;
  const plan = compile(workflow);
  const checked = await checkInput(workflow, input);
  if (checked.kind === 'invalid')
    throw new InvalidInputError(checked.message, { place: `workflow '${workflow.name}'` });
  const served = new Map(serveTasks(workflow));
  for (const [id, mock] of Object.entries(mocks)) {
    const task = served.get(id);
    if (task === undefined) throw new UnknownTaskError(id, workflow.name, suggest(id, [...served.keys()]));
    // The cast: a mock takes the needs untyped.
    served.set(id, { ...task, definition: { ...task.definition, run: mock as ErasedHandler, load: undefined } });
  }
  const scheduler = new Scheduler(plan);
  await new InProcessDriver(scheduler, served, { workflowId, input: checked.input, log, signal, now: Date.now }).run();
  return new InProcessRun(workflow, scheduler);
}

const SILENT: TaskLogger = { debug() {}, info() {}, warn() {}, error() {} };
