import type { Json } from '../core/json.js';
import { isRecord } from '../core/json.js';
import { PawlError } from '../core/pawl-error.js';
import { mayBeAbsent } from '../define/may-be-absent.js';
import type { WorkflowDefinition } from '../define/workflow-definition.js';
import type { ExecutionChain } from './execution-chain.js';
import { readStatus } from './read-status.js';
import type { RunSnapshot } from './run-snapshot.js';

/** The run is completed, but an operator skipped a task whose output its types promise. */
export class OutputSkippedError extends PawlError {
  readonly code = 'OUTPUT_SKIPPED';
  /** The names of the outputs that are missing. */
  readonly outputs: readonly string[];

  constructor(workflowId: string, outputs: readonly string[], reasons: readonly string[]) {
    super(`it is completed without what an operator skipped: ${reasons.join('; ')}`, {
      place: `run '${workflowId}'`,
      hint: 'engine.run(workflowId).result() gives the outputs that there are',
    });
    this.outputs = outputs;
  }
}

/**
 * That an output is missing can be meant: the definition says so, or its task returns nothing. Only where it is not, the state of its task is
 * looked at.
 *
 * @throws {@link OutputSkippedError}
 */
export async function requireOutputs(
  chain: ExecutionChain,
  definition: WorkflowDefinition,
  outputs: Json,
): Promise<void> {
  const missing = promisedOutputs(definition).filter(({ name }) => !isRecord(outputs) || !(name in outputs));
  if (missing.length === 0) return;
  const snapshot = await readStatus(chain);
  const skipped = missing.flatMap(({ name, task }) => {
    const reason = operatorsSkip(snapshot, task);
    return reason === undefined ? [] : [{ name, reason }];
  });
  if (skipped.length === 0) return;
  throw new OutputSkippedError(
    chain.workflowId,
    skipped.map(({ name }) => name),
    skipped.map(({ name, reason }) => `${name}: ${reason}`),
  );
}

function promisedOutputs(definition: WorkflowDefinition): { name: string; task: string }[] {
  return Object.entries(definition.outputs)
    .map(([name, { id }]) => ({ name, task: id }))
    .filter(({ task }) => !mayBeAbsent(definition, task));
}

/** Who skipped it, or what it follows from; undefined where that was no operator. */
function operatorsSkip({ tasks }: RunSnapshot, id: string): string | undefined {
  const task = tasks.find((candidate) => candidate.id === id);
  if (task?.state !== 'skipped') return undefined;
  const root = tasks.find((candidate) => candidate.id === task.cause?.root);
  if (root?.cause?.kind !== 'operator') return undefined;
  return root.id === id
    ? `'${id}' was ${root.cause.message}`
    : `'${id}' follows from '${root.id}', ${root.cause.message}`;
}
