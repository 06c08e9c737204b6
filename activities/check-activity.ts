import { ApplicationFailure } from '@temporalio/common';
import type { Json } from '../src/core/json.js';
import { inMebibytes, LARGEST_PAYLOAD, payloadSize } from '../src/core/payload-size.js';
import type { CheckReply, CheckRequest } from '../src/core/protocol.js';
import { decodeItem, decodeOutput } from '../src/define/decode-output.js';
import { encodeItem, encodeOutput } from '../src/define/encode-output.js';
import { suggest } from '../src/define/suggest.js';
import type { TaskDefinition, WorkflowDefinition } from '../src/define/workflow-definition.js';
import { WrongValueError } from '../src/define/wrong-value-error.js';

/**
 * `pawl.check`: whether what an operator gives fits the schema of its node, since schemas never enter the sandbox. The reply has the value
 * normalised: decoded and encoded again, as if the node had made it.
 */
export function checkActivity(workflows: ReadonlyMap<string, WorkflowDefinition>) {
  return async (request: CheckRequest): Promise<CheckReply> => {
    const node = findNode(workflows, request);
    try {
      const value = await normalise(node, request);
      return { status: 'valid', ...(value !== undefined && { value }) };
    } catch (error) {
      if (error instanceof WrongValueError) return { status: 'invalid', message: error.message };
      throw error;
    }
  };
}

async function normalise(node: TaskDefinition, { isItem, value }: CheckRequest): Promise<Json | undefined> {
  const place = node.kind === 'event' ? 'value' : 'output';
  const normal = isItem
    ? await encodeItem(node, await decodeItem(node, value, place), place)
    : await encodeOutput(node, await decodeOutput(node, value, place), place);
  const bytes = payloadSize(normal);
  if (bytes <= LARGEST_PAYLOAD) return normal;
  throw new WrongValueError(`it is ${inMebibytes(bytes)} of JSON, and Temporal takes 2 MiB`, { place });
}

/** Another worker may have what this one lacks, so that the request can be tried again. */
function findNode(
  workflows: ReadonlyMap<string, WorkflowDefinition>,
  { workflow, task }: CheckRequest,
): TaskDefinition {
  const definition = workflows.get(workflow);
  if (definition === undefined) throw unknown('UnknownWorkflow', `workflow '${workflow}'`, workflow, workflows.keys());
  const node = definition.tasks.find(({ id }) => id === task);
  if (node !== undefined) return node;
  const ids = definition.tasks.map(({ id }) => id);
  throw unknown('UnknownTask', `task '${task}' in workflow '${workflow}'`, task, ids);
}

function unknown(type: string, what: string, name: string, known: Iterable<string>): ApplicationFailure {
  const hint = suggest(name, [...known]);
  return ApplicationFailure.retryable(`this worker has no ${what}${hint === undefined ? '' : `; ${hint}`}`, type);
}
