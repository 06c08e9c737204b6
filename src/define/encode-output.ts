import { z } from 'zod';
import type { Json } from '../core/json.js';
import { asJson, findJsonProblem } from '../core/json-walk.js';
import { approvalSchema } from './approval-schema.js';
import { join, list, outputNodes, record, schemaThrew } from './decode-output.js';
import { describeIssues } from './run-input.js';
import type { TaskDefinition, WorkflowDefinition } from './workflow-definition.js';
import { WrongValueError } from './wrong-value-error.js';

/**
 * The JSON in which a node's output travels, of the value that its function returned or that somebody gave instead of it: encoded by its
 * schema, item by item of a map, output by output of a child workflow. The inverse of `decodeOutput`.
 *
 * @param place where the value stands, for the error: `output`
 * @throws {@link WrongValueError}
 */
export async function encodeOutput(node: TaskDefinition, value: unknown, place: string): Promise<Json | undefined> {
  switch (node.kind) {
    case 'map':
      return encodeItems(node, value, place);
    case 'subworkflow':
      return node.child === undefined ? plainJson(value, place) : encodeOutputs(node.child, value, place);
    case 'approval':
      return encodeBySchema(approvalSchema, value, place);
    case 'sleep':
    case 'finish':
      return undefined;
    default:
      return encodeBySchema(node.outputSchema, value, place);
  }
}

/** As {@link encodeOutput}, of one item of a map. */
export async function encodeItem(node: TaskDefinition, value: unknown, place: string): Promise<Json | undefined> {
  return node.child === undefined
    ? encodeBySchema(node.outputSchema, value, place)
    : encodeOutputs(node.child, value, place);
}

async function encodeItems(node: TaskDefinition, value: unknown, place: string): Promise<Json> {
  const encoded: Json[] = [];
  for (const [i, item] of list(value, place).entries()) {
    const isNothing = node.tolerate !== undefined && item == null;
    encoded.push(isNothing ? null : ((await encodeItem(node, item, `${place}[${i}]`)) ?? null)); // JSON arrays have no undefined
  }
  return encoded;
}

async function encodeOutputs(definition: WorkflowDefinition, value: unknown, place: string): Promise<Json> {
  const outputs = record(value, place);
  const encoded: Record<string, Json> = {};
  const known = outputNodes(definition);
  for (const [name, output] of Object.entries(outputs)) {
    const node = known.get(name);
    const at = join(place, name);
    const wire =
      output === undefined || node === undefined ? plainJson(output, at) : await encodeOutput(node, output, at);
    if (wire !== undefined) encoded[name] = wire;
  }
  return encoded;
}

async function encodeBySchema(schema: z.ZodType | undefined, value: unknown, place: string): Promise<Json | undefined> {
  if (schema === undefined) return plainJson(value, place);
  const encoded = await encode(schema, value, place);
  if (!encoded.success) throw new WrongValueError(describeIssues(encoded.error, place));
  return plainJson(encoded.data, place);
}

/** A refinement or codec of the schema may throw something of its own. */
async function encode(schema: z.ZodType, value: unknown, place: string) {
  try {
    return await z.safeEncodeAsync(schema, value);
  } catch (cause) {
    throw schemaThrew(cause, place);
  }
}

function plainJson(value: unknown, place: string): Json | undefined {
  const problem = findJsonProblem(value, place);
  if (problem === undefined) return asJson(value);
  throw new WrongValueError(`${problem.found} is not JSON`, {
    place: problem.path,
    hint: 'return plain JSON, or give the task an `output` schema whose codec encodes it',
  });
}
