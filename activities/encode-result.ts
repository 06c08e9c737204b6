import type { Json } from '../src/core/json.js';
import { asJson, findJsonProblem } from '../src/core/json-walk.js';
import { inMebibytes, LARGEST_PAYLOAD, payloadSize } from '../src/core/payload-size.js';
import { encodeItem, encodeOutput } from '../src/define/encode-output.js';
import { checkInput } from '../src/define/run-input.js';
import type { TaskDefinition, WorkflowDefinition } from '../src/define/workflow-definition.js';
import { WrongValueError } from '../src/define/wrong-value-error.js';
import { InvalidChildInputError, InvalidOutputError } from './task-error.js';

/**
 * What a node's `run` returned, or a map's for one item.
 *
 * @throws {@link InvalidOutputError}
 */
export async function encodeResult(
  definition: TaskDefinition,
  isItem: boolean,
  value: unknown,
): Promise<Json | undefined> {
  try {
    const encode = isItem ? encodeItem : encodeOutput;
    return await encode(definition, value, 'output');
  } catch (error) {
    if (error instanceof WrongValueError) throw new InvalidOutputError(error.problem, error.details);
    throw error;
  }
}

/**
 * What a map's `over` returned.
 *
 * @throws {@link InvalidOutputError}
 */
export function encodeItems(items: unknown): Json | undefined {
  if (!Array.isArray(items)) {
    throw new InvalidOutputError(`it returned ${describe(items)}, not an array`, {
      place: 'over',
      hint: 'return the items as an array; `[...values]` makes one of anything that can be iterated',
    });
  }
  const problem = findJsonProblem(items, 'over');
  if (problem !== undefined) {
    throw new InvalidOutputError(`${problem.found} is not JSON`, {
      place: problem.path,
      hint: 'items are plain JSON; the function that gets one can make more of it',
    });
  }
  return asJson(items);
}

/**
 * What `with` returned: the child's input, made whole by its schema.
 *
 * @throws {@link InvalidChildInputError}
 */
export async function encodeChildInput(child: WorkflowDefinition, value: unknown): Promise<Json | undefined> {
  const checked = await checkInput(child, value);
  if (checked.kind === 'invalid') {
    throw new InvalidChildInputError(`it is no input of workflow '${child.name}': ${checked.message}`, {
      place: 'with',
    });
  }
  return refuseLarge(checked.input, 'with');
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  return value === null ? 'null' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** A child's input is what people read of it, and travels itself: what is larger than a payload would be lost as if the worker had died. */
function refuseLarge(value: Json | undefined, place: string): Json | undefined {
  const bytes = payloadSize(value);
  if (bytes <= LARGEST_PAYLOAD) return value;
  throw new InvalidOutputError(`it is ${inMebibytes(bytes)} of JSON, and Temporal takes 2 MiB`, {
    place,
    hint: 'store the value elsewhere and return where it is',
  });
}
