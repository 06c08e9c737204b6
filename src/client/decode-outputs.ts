import type { Json } from '../core/json.js';
import { PawlError } from '../core/pawl-error.js';
import { decodeOutputs as decode } from '../define/decode-output.js';
import type { WorkflowDefinition } from '../define/workflow-definition.js';
import { WrongValueError } from '../define/wrong-value-error.js';

/** An output of a run does not fit the schema of the definition that the caller has, which is another one than the run's. */
export class OutputMismatchError extends PawlError {
  readonly code = 'OUTPUT_MISMATCH';
}

/** Decodes a run's outputs with the schemas of the nodes that made them. */
export async function decodeOutputs(definition: WorkflowDefinition, outputs: Json): Promise<Record<string, unknown>> {
  try {
    return await decode(definition, outputs ?? {}); // a run without outputs, as another client may give it
  } catch (error) {
    if (!(error instanceof WrongValueError)) throw error;
    throw new OutputMismatchError(error.message, {
      place: `outputs of '${definition.name}'`,
      hint: 'the run was started with another version of the definition; read its outputs by name: engine.run(workflowId).result()',
      cause: error,
    });
  }
}
