import type { TaskError } from './cause.js';
import type { ChildStart } from './child-start.js';
import type { Json } from './json.js';
import { argumentsSize, explainSize, LARGEST_PAYLOAD } from './payload-size.js';
import { type PooledState, poolClaims } from './pooled-claims.js';
import { FailureType, PROTOCOL, type RunEnvelope } from './protocol.js';
import type { RunFacts } from './task-argument.js';

export type ChildArguments = readonly [input: Json | undefined, envelope: RunEnvelope, state?: PooledState];

/**
 * What a child workflow is started with.
 *
 * @param workflowId of the run that starts it
 */
export function childArguments(
  workflowId: string,
  { id, plan, input, shard, state }: ChildStart,
  {
    input: runInput,
    rootRunId,
    ownRunId,
    rootWorkflowId: root = workflowId,
    owner = { workflowId, runId: ownRunId },
    cache,
  }: RunFacts,
): ChildArguments {
  const inherited = { owner, ...(cache !== undefined && { cache }) };
  if (shard !== undefined && state !== undefined) {
    return [
      runInput,
      { protocol: PROTOCOL, plan, rootRunId, rootWorkflowId: root, ...inherited, shard },
      poolClaims(state),
    ];
  }
  // Its keys are the same however often an operator or a rerun starts it anew.
  return [input, { protocol: PROTOCOL, plan, rootRunId, rootWorkflowId: `${root}/${id}`, ...inherited }];
}

/** Why it can't be started: Temporal would end the run that starts it, and name nothing. */
export function refuseChild(args: ChildArguments): TaskError | undefined {
  const [input, envelope, state] = args;
  const bytes = argumentsSize(args);
  if (bytes <= LARGEST_PAYLOAD) return undefined;
  const parts: [string, unknown][] = [
    ['its input', input],
    ['its plan', envelope.plan],
    ['its items', state?.maps],
    ['what they need', state?.tasks.outputs],
  ];
  return { type: FailureType.tooLarge, message: explainSize('what its child workflow is given', bytes, parts) };
}
