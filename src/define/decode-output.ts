import { z } from 'zod';
import { isRecord, type Json } from '../core/json.js';
import { describeIssues } from './run-input.js';
import type { TaskDefinition, WorkflowDefinition } from './workflow-definition.js';
import { WrongValueError } from './wrong-value-error.js';

/**
 * What the consumers of a node get of its output as it travelled: decoded by its schema, item by item of a map, output by output of
 * a child workflow.
 *
 * @param place where the value stands, for the error: `needs.build`
 * @throws {@link WrongValueError}
 */
export async function decodeOutput(node: TaskDefinition, wire: Json | undefined, place: string): Promise<unknown> {
  switch (node.kind) {
    case 'map':
      return decodeItems(node, wire, place);
    case 'subworkflow':
      return node.child === undefined ? wire : decodeOutputs(node.child, wire, place);
    case 'sleep':
    case 'finish':
      return undefined;
    default:
      return decodeBySchema(node.outputSchema, wire, place);
  }
}

/** As {@link decodeOutput}, of one item of a map. */
export async function decodeItem(node: TaskDefinition, wire: Json | undefined, place: string): Promise<unknown> {
  // Failed, and tolerated; or an operator skipped it, who wants what comes after to go on.
  if (wire == null && (node.tolerate !== undefined || node.child !== undefined)) return undefined;
  if (node.child !== undefined) return decodeOutputs(node.child, wire, place);
  if (wire !== null || node.outputSchema === undefined) return decodeBySchema(node.outputSchema, wire, place);
  const decoded = await parse(node.outputSchema, wire, place);
  return decoded.success ? decoded.data : undefined;
}

/**
 * Decodes the outputs of a whole workflow. What is absent stays absent, since its task was skipped or returned nothing; what the definition
 * does not know is left as it is.
 *
 * @param place none, if each output stands under its bare name
 * @throws {@link WrongValueError}
 */
export async function decodeOutputs(
  definition: WorkflowDefinition,
  wire: Json | undefined,
  place?: string,
): Promise<Record<string, unknown>> {
  const outputs = { ...record(wire, place) };
  for (const [name, node] of outputNodes(definition)) {
    if (!(name in outputs)) continue;
    // The cast: it is a part of JSON.
    outputs[name] = await decodeOutput(node, outputs[name] as Json, join(place, name));
  }
  return outputs;
}

async function decodeItems(node: TaskDefinition, wire: Json | undefined, place: string): Promise<readonly unknown[]> {
  const items = list(wire, place);
  if (node.tolerate === undefined && node.child === undefined && node.outputSchema === undefined) return items;
  const decoded: unknown[] = [];
  for (const [i, item] of items.entries()) decoded.push(await decodeItem(node, item as Json, `${place}[${i}]`)); // as above
  return decoded;
}

async function decodeBySchema(schema: z.ZodType | undefined, wire: unknown, place: string): Promise<unknown> {
  if (schema === undefined) return wire;
  const decoded = await parse(schema, wire, place);
  if (decoded.success) return decoded.data;
  // JSON arrays and other clients of Temporal have no undefined: unless the schema takes it, null is a value that is not there.
  const absent = wire === null ? await parse(schema, undefined, place) : decoded;
  if (absent.success) return absent.data;
  throw new WrongValueError(describeIssues(decoded.error, place));
}

/** A refinement or codec of the schema may throw something of its own. */
async function parse(schema: z.ZodType, wire: unknown, place: string) {
  try {
    return await z.safeParseAsync(schema, wire);
  } catch (cause) {
    throw schemaThrew(cause, place);
  }
}

export function schemaThrew(cause: unknown, place: string): WrongValueError {
  const message = `its schema threw ${cause instanceof Error ? cause.message : String(cause)}`;
  return new WrongValueError(message, { place, cause });
}

/** The outputs of a definition with the nodes that make them. */
const nodes = new WeakMap<WorkflowDefinition, ReadonlyMap<string, TaskDefinition>>();

export function outputNodes(definition: WorkflowDefinition): ReadonlyMap<string, TaskDefinition> {
  const known = nodes.get(definition);
  if (known !== undefined) return known;
  const byId = new Map(definition.tasks.map((task) => [task.id, task]));
  const found = new Map<string, TaskDefinition>();
  for (const [name, handle] of Object.entries(definition.outputs)) {
    const node = byId.get(handle.id);
    if (node !== undefined) found.set(name, node);
  }
  nodes.set(definition, found);
  return found;
}

export function list(value: unknown, place: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new WrongValueError(`expected an array, got ${kindOf(value)}`, { place });
}

export function record(value: unknown, place: string | undefined): Readonly<Record<string, unknown>> {
  if (isRecord(value)) return value;
  throw new WrongValueError(`expected an object, got ${kindOf(value)}`, place === undefined ? {} : { place });
}

export function join(place: string | undefined, name: string): string {
  return place === undefined ? name : `${place}.${name}`;
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value;
}
