import { z } from 'zod';
import type { Json } from '../src/core/json.js';
import { asJson, findJsonProblem } from '../src/core/json-walk.js';
import { inMebibytes, LARGEST_PAYLOAD, payloadSize } from '../src/core/payload-size.js';
import type { TaskArgument } from '../src/core/protocol.js';
import type { WireTaskResult } from '../src/core/task-result.js';
import { describeIssues } from '../src/define/run-input.js';
import type { TaskContext } from '../src/define/task-context.js';
import type { HandlerModule } from '../src/define/workflow-definition.js';
import { checkShape } from './check-shape.js';
import type { ServedNeed, ServedTask } from './served-task.js';
import { InvalidConditionError, InvalidNeedsError, InvalidOutputError } from './task-error.js';

/** What came of a dispatch that did not fail. */
export type HandlerResult =
  | { readonly kind: 'output'; readonly output: Json | undefined }
  /** The task's condition said no. */
  | { readonly kind: 'skipped' };

/**
 * Asks a task's condition and runs its handler on the JSON of a dispatch, and returns the JSON of its output. Nothing in it knows Temporal: the
 * activity and the in-process runner both stand on it.
 *
 * @throws {@link UnservedTaskError}, {@link InvalidNeedsError}, {@link InvalidConditionError}, {@link InvalidOutputError}, and whatever the
 * condition or the handler throws
 */
export async function callHandler(
  task: ServedTask,
  argument: TaskArgument,
  context: Omit<TaskContext, 'input'>,
): Promise<HandlerResult> {
  checkShape(`${task.workflow}.${task.definition.id}`, argument.pawl.shape, task.shape);
  const input = await decode(task.inputSchema, argument.input, 'input');
  const needs: Record<string, unknown> = {};
  for (const need of task.needs) needs[need.name] = await decodeNeed(need, argument.needs[need.name]);
  const { run, when } = await handlerOf(task);
  // The casts: needs and input were decoded by the schemas that the handler's types were inferred from.
  const args = [needs as never, { ...context, input } as TaskContext<never>] as const;
  if (when !== undefined && !checkAnswer(await when(...args))) return { kind: 'skipped' };
  return { kind: 'output', output: await encodeOutput(task, await run(...args)) };
}

async function decodeNeed({ name, form, schema }: ServedNeed, value: Json | undefined): Promise<unknown> {
  const place = `needs.${name}`;
  if (form === 'value') return decode(schema, value, place);
  if (form === 'optional') return value === undefined ? undefined : decode(schema, value, place);
  const result = value as WireTaskResult; // as the scheduler made it
  if (result.status !== 'succeeded') return result;
  return { status: result.status, output: await decode(schema, result.output, `${place}.output`) };
}

/** `undefined` is more often a forgotten `return` than a no. */
function checkAnswer(answer: unknown): boolean {
  if (typeof answer === 'boolean') return answer;
  throw new InvalidConditionError(`it said ${answer === null ? 'null' : typeof answer}, neither true nor false`, {
    place: 'when',
    hint: 'return a boolean; `!!value` makes one of anything',
  });
}

async function decode(schema: z.ZodType | undefined, value: unknown, place: string): Promise<unknown> {
  if (schema === undefined) return value;
  const decoded = await z.safeParseAsync(schema, value);
  if (decoded.success) return decoded.data;
  throw new InvalidNeedsError(describeIssues(decoded.error, place));
}

async function encodeOutput({ definition }: ServedTask, output: unknown): Promise<Json | undefined> {
  let wire = output;
  if (definition.outputSchema !== undefined) {
    const encoded = await z.safeEncodeAsync(definition.outputSchema, output);
    if (!encoded.success) throw new InvalidOutputError(describeIssues(encoded.error, 'output'));
    wire = encoded.data;
  }
  const problem = findJsonProblem(wire, 'output');
  if (problem !== undefined) {
    throw new InvalidOutputError(`${problem.found} is not JSON`, {
      place: problem.path,
      hint: 'return plain JSON, or give the task an `output` schema whose codec encodes it',
    });
  }
  refuseLarge(wire);
  return asJson(wire);
}

/** What is larger than a payload would be lost as if the worker had died. */
function refuseLarge(output: unknown): void {
  const bytes = payloadSize(output);
  if (bytes <= LARGEST_PAYLOAD) return;
  throw new InvalidOutputError(`it is ${inMebibytes(bytes)} of JSON, and Temporal takes 2 MiB`, {
    place: 'output',
    hint: 'store the value elsewhere and return where it is',
  });
}

/** Modules are imported at the task's first use; Node caches them. */
async function handlerOf({ definition, workflow }: ServedTask): Promise<HandlerModule> {
  const { run, load, when } = definition;
  if (run !== undefined) return { run, ...(when !== undefined && { when }) };
  const module = await load?.();
  const place = `${workflow}.${definition.id}: the module that load imports`;
  if (typeof module?.run !== 'function') {
    throw new TypeError(
      `${place} has no function \`run\`; export one, as in \`export const run = async (needs, ctx) => …\``,
    );
  }
  if (module.when === undefined) return { run: module.run, ...(when !== undefined && { when }) };
  if (typeof module.when !== 'function') throw new TypeError(`${place} exports \`when\`, which is not a function`);
  if (when !== undefined) throw new TypeError(`${place} exports \`when\`, and the task has one; keep one of them`);
  return { run: module.run, when: module.when };
}
