import { z } from 'zod';
import { isRecord, type Json } from '../core/json.js';
import { PawlError } from '../core/pawl-error.js';
import { describeIssues } from '../define/run-input.js';
import type { WorkflowDefinition } from '../define/workflow-definition.js';

/** An output of a run does not fit the schema of the definition that the caller has, which is another one than the run's. */
export class OutputMismatchError extends PawlError {
  readonly code = 'OUTPUT_MISMATCH';
}

/** Decodes a run's outputs with the schemas of the tasks that made them. */
export async function decodeOutputs(definition: WorkflowDefinition, outputs: Json): Promise<Record<string, unknown>> {
  const decoded: Record<string, unknown> = isRecord(outputs) ? { ...outputs } : {};
  for (const [name, handle] of Object.entries(definition.outputs)) {
    const schema = definition.tasks.find((task) => task.id === handle.id)?.outputSchema;
    if (schema === undefined || !(name in decoded)) continue;
    const result = await z.safeParseAsync(schema, decoded[name]);
    if (!result.success) {
      throw new OutputMismatchError(describeIssues(result.error, name), {
        place: `outputs of '${definition.name}'`,
        hint: 'the run was started with another version of the definition; read its outputs by name: engine.run(workflowId).result()',
      });
    }
    decoded[name] = result.data;
  }
  return decoded;
}
