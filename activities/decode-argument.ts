import { z } from 'zod';
import { isRecord, type Json } from '../src/core/json.js';
import type { TaskArgument } from '../src/core/protocol.js';
import type { WireTaskResult } from '../src/core/task-result.js';
import { decodeOutput } from '../src/define/decode-output.js';
import { describeIssues } from '../src/define/run-input.js';
import type { TaskDefinition } from '../src/define/workflow-definition.js';
import { WrongValueError } from '../src/define/wrong-value-error.js';
import type { ServedNeed, ServedTask } from './served-task.js';
import { InvalidNeedsError } from './task-error.js';

/** @throws {@link InvalidNeedsError}, as all of this file */
export async function decodeInput({ inputSchema }: ServedTask, input: Json | undefined): Promise<unknown> {
  if (inputSchema === undefined) return input;
  const decoded = await z.safeParseAsync(inputSchema, input);
  if (decoded.success) return decoded.data;
  throw new InvalidNeedsError(describeIssues(decoded.error, 'input'));
}

/** The values of a node's needs under their names, each in the form that the node asked for. */
export async function decodeNeeds(
  { needs }: ServedTask,
  wire: TaskArgument['needs'],
): Promise<Readonly<Record<string, unknown>>> {
  const decoded: Record<string, unknown> = {};
  for (const need of needs) {
    decoded[need.name] = need.isPlain ? wire[need.name] : await decodeNeed(need, wire[need.name]);
  }
  return decoded;
}

/** The same for a node that is undone: an operator may have completed it before what it needs had an output, or had none. */
export async function decodeNeedsOfUndo(
  task: ServedTask,
  wire: TaskArgument['needs'],
): Promise<Readonly<Record<string, unknown>>> {
  return decodeNeeds({ ...task, needs: task.needs.filter(({ name }) => wire[name] !== undefined) }, wire);
}

/** What the node itself had made, for those that undo it. */
export function decodeOwnOutput({ definition }: ServedTask, output: Json | undefined): Promise<unknown> {
  return decodeValue(definition, output, 'output');
}

/** What `onFinish` gets: how the run has ended, and every node's result. */
export async function decodeFinish({ nodes }: ServedTask, wire: TaskArgument['needs']): Promise<unknown> {
  const tasks: Record<string, unknown> = {};
  for (const [id, result] of Object.entries(isRecord(wire.tasks) ? wire.tasks : {})) {
    tasks[id] = await decodeResult(nodes.get(id), result as WireTaskResult, `tasks.${id}`); // as the scheduler made it
  }
  return { outcome: wire.outcome, tasks };
}

async function decodeNeed({ name, form, node }: ServedNeed, value: Json | undefined): Promise<unknown> {
  const place = `needs.${name}`;
  if (form === 'result') return decodeResult(node, value as unknown as WireTaskResult, place); // as the scheduler made it
  if (form === 'optional' && value === undefined) return undefined;
  return decodeValue(node, value, place);
}

async function decodeResult(node: TaskDefinition | undefined, result: WireTaskResult, place: string): Promise<unknown> {
  if (result.status !== 'succeeded') return result;
  return { status: result.status, output: await decodeValue(node, result.output, `${place}.output`) };
}

/** A node that this worker's definition does not have, which only `onFinish` can meet, gives its JSON. */
async function decodeValue(node: TaskDefinition | undefined, wire: Json | undefined, place: string): Promise<unknown> {
  if (node === undefined) return wire;
  try {
    return await decodeOutput(node, wire, place);
  } catch (error) {
    if (error instanceof WrongValueError) throw new InvalidNeedsError(error.problem, error.details);
    throw error;
  }
}
