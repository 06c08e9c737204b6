import { PROTOCOL, type TaskArgument } from '../src/core/protocol.js';
import type { LoadClaim } from '../src/data/resolve-output.js';
import type { ItemContext, TaskContext } from '../src/define/task-context.js';
import type { ErasedHandler } from '../src/define/workflow-definition.js';
import type { AttemptSecrets } from './attempt-secrets.js';
import { checkShape } from './check-shape.js';
import { decodeFinish, decodeInput, decodeNeeds, decodeNeedsOfUndo, decodeOwnOutput } from './decode-argument.js';
import { encodeChildInput, encodeItems, encodeResult } from './encode-result.js';
import { handlerFunctions } from './handler-functions.js';
import { resolveArgument } from './resolve-argument.js';
import type { CallThroughCache, ResultOfCall } from './result-caching.js';
import type { ServedTask } from './served-task.js';
import { InvalidConditionError, UnservedTaskError } from './task-error.js';
import { idempotencyKey, unitName } from './unit-name.js';

/** What came of a dispatch that did not fail. */
export type HandlerResult =
  | ({ readonly kind: 'output' } & ResultOfCall)
  /** The task's condition said no. */
  | { readonly kind: 'skipped' };

/** What a handler's context has beside what the dispatch says itself. */
export type Surroundings = Omit<TaskContext, 'input' | 'workflow' | 'task' | 'idempotencyKey' | 'secret'>;

/** With what a call reads what it is given, and what it may not give away. */
export interface CallMeans {
  readonly load: LoadClaim;
  readonly secrets: AttemptSecrets;
  readonly throughCache: CallThroughCache;
}

/**
 * Calls the function of a node that a dispatch is for, its condition first where that has to be asked, on the dispatch's JSON, and returns
 * the JSON of what it gave. Nothing in it knows Temporal: the activity and the in-process runner both stand on it.
 *
 * @throws {@link UnservedTaskError}, {@link InvalidNeedsError}, {@link InvalidConditionError}, {@link InvalidOutputError},
 * {@link InvalidChildInputError}, {@link UnreadableOutputError}, {@link InvalidCacheKeyError}, what `load` throws, and whatever the condition or the function throws
 */
export async function callHandler(
  task: ServedTask,
  given: TaskArgument,
  surroundings: Surroundings,
  { load, secrets, throughCache }: CallMeans,
): Promise<HandlerResult> {
  const { pawl } = given;
  requireKnownProtocol(pawl);
  checkShape(`${task.workflow}.${task.definition.id}`, pawl.shape, task.shape);
  const argument = await resolveArgument(task, given, load);
  const { signal, attempt, heartbeat, heartbeatDetails, log, workflowId, runId } = surroundings;
  // Each named: to spread them took as long as all the rest of this function.
  const context: TaskContext = {
    input: await decodeInput(task, argument.input),
    signal,
    attempt,
    heartbeat,
    heartbeatDetails,
    log,
    workflow: pawl.workflow,
    task: unitName(pawl),
    workflowId,
    runId,
    idempotencyKey: idempotencyKey(pawl, workflowId),
    secret: (name) => secrets.resolve(name),
  };
  switch (pawl.call) {
    case 'finish':
      return finish(task, argument, context);
    case 'compensate':
    case 'destroy':
      return undo(task, pawl.call, argument, context);
    default:
      return askAndCall(task, argument, context, { secrets, throughCache });
  }
}

async function finish(task: ServedTask, { needs }: TaskArgument, context: TaskContext): Promise<HandlerResult> {
  const { run } = await handlerFunctions(task);
  await call(task, 'run', run, await decodeFinish(task, needs), context);
  return NOTHING;
}

async function undo(
  task: ServedTask,
  name: 'compensate' | 'destroy',
  argument: TaskArgument,
  context: TaskContext,
): Promise<HandlerResult> {
  const needs = await decodeNeedsOfUndo(task, argument.needs);
  const output = await decodeOwnOutput(task, argument.output);
  await call(task, name, task.definition[name], { output, needs }, context);
  return NOTHING;
}

async function askAndCall(
  task: ServedTask,
  argument: TaskArgument,
  context: TaskContext,
  { secrets, throughCache }: Omit<CallMeans, 'load'>,
): Promise<HandlerResult> {
  const { definition } = task;
  const { call: name = 'run', item: index } = argument.pawl;
  const needs = await decodeNeeds(task, argument.needs);
  const { run, when } = await handlerFunctions(task);
  // Of an item the map's own call has asked.
  if (index === undefined && when !== undefined && !checkAnswer(await call(task, 'when', when, needs, context))) {
    return { kind: 'skipped' };
  }
  const given = index === undefined ? needs : argument.item;
  const around: TaskContext | ItemContext = index === undefined ? context : { ...context, index, needs };
  switch (name) {
    case 'when':
      return NOTHING;
    case 'run': {
      const make = async () => {
        const value = await call(task, name, run, given, around);
        return secrets.refuseIn(await encodeResult(definition, index !== undefined, value), 'output');
      };
      return { kind: 'output', ...(await throughCache({ task, argument, given, context: around, make })) };
    }
    case 'over': {
      const items = encodeItems(await call(task, name, definition.over, given, around));
      return { kind: 'output', output: secrets.refuseIn(items, name) };
    }
    case 'with': {
      const { child } = definition;
      if (child === undefined) throw unserved(task, 'no child workflow');
      // A subworkflow with a condition alone is asked by this call, too: its child gets no input.
      const takesNothing = definition.with === undefined && when !== undefined && index === undefined;
      const value = takesNothing ? undefined : await call(task, name, definition.with, given, around);
      return { kind: 'output', output: secrets.refuseIn(await encodeChildInput(child, value), name) };
    }
    default:
      throw unserved(task, `no '${name}'`);
  }
}

const NOTHING: HandlerResult = { kind: 'output', output: undefined };

/** What a shape does not show, such as that a task can be compensated, may be missing in this worker's definition. */
async function call(
  task: ServedTask,
  name: string,
  handler: ErasedHandler | undefined,
  given: unknown,
  context: TaskContext,
): Promise<unknown> {
  if (handler === undefined) throw unserved(task, `no \`${name}\``);
  // The casts: what is given was decoded by the schemas that the handler's types were inferred from.
  return handler(given as never, context as TaskContext<never>);
}

function unserved({ workflow, definition }: ServedTask, missing: string): UnservedTaskError {
  return new UnservedTaskError(`this worker's definition has ${missing}, which the run's plan asks for`, {
    place: `${workflow}.${definition.id}`,
    hint: 'the run goes on when a worker with the definition that it was started with polls this task queue',
  });
}

/** A newer one may ask for what this code does not know of, and would take for something else. */
function requireKnownProtocol({ protocol, workflow, task }: TaskArgument['pawl']): void {
  if (protocol <= PROTOCOL) return;
  throw new UnservedTaskError(`it was dispatched with protocol ${protocol}, and this worker knows ${PROTOCOL}`, {
    place: `${workflow}.${task}`,
    hint: 'the run goes on when a worker with a newer Pawl polls this task queue',
  });
}

/** `undefined` is more often a forgotten `return` than a no. */
function checkAnswer(answer: unknown): boolean {
  if (typeof answer === 'boolean') return answer;
  throw new InvalidConditionError(`it said ${answer === null ? 'null' : typeof answer}, neither true nor false`, {
    place: 'when',
    hint: 'return a boolean; `!!value` makes one of anything',
  });
}
