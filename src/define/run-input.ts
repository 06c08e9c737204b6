import { z } from 'zod';
import type { Json } from '../core/json.js';
import { asJson, findJsonProblem } from '../core/json-walk.js';
import type { WorkflowDefinition } from './workflow-definition.js';

export type CheckedInput =
  | { readonly kind: 'valid'; readonly input: Json | undefined }
  | { readonly kind: 'invalid'; readonly message: string };

/**
 * Checks a run's input and makes it whole, once for the run: defaults are filled in (a default may be a function), and what
 * comes out is again the JSON that travels. Each task decodes that.
 */
export async function checkInput(definition: WorkflowDefinition, given: unknown): Promise<CheckedInput> {
  const { inputSchema, name } = definition;
  if (inputSchema === undefined) {
    return given == null
      ? { kind: 'valid', input: undefined }
      : {
          kind: 'invalid',
          message: `input: workflow '${name}' takes no input; give it an input schema, or start it without`,
        };
  }
  try {
    return await completeInput(inputSchema, given);
  } catch (error) {
    // A refinement or codec of the schema threw something of its own.
    return {
      kind: 'invalid',
      message: `input: its schema threw ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

async function completeInput(inputSchema: z.ZodType, given: unknown): Promise<CheckedInput> {
  let decoded = await z.safeParseAsync(inputSchema, given);
  // Other clients of Temporal have no undefined: unless the schema takes it, null is an input that was left out.
  if (!decoded.success && given === null) decoded = await z.safeParseAsync(inputSchema, undefined);
  if (!decoded.success) return { kind: 'invalid', message: describeIssues(decoded.error, 'input') };
  const encoded = await z.safeEncodeAsync(inputSchema, decoded.data);
  if (!encoded.success) return { kind: 'invalid', message: describeIssues(encoded.error, 'input') };
  const problem = findJsonProblem(encoded.data, 'input');
  if (problem !== undefined) return { kind: 'invalid', message: `${problem.path}: ${problem.found} is not JSON` };
  return { kind: 'valid', input: asJson(encoded.data) };
}

/** All issues, each as `path: what is wrong`. */
export function describeIssues(error: z.ZodError, root: string): string {
  return error.issues
    .map((issue) => {
      const path = issue.path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
      return `${root}${path}: ${issue.message}`;
    })
    .join('; ');
}
