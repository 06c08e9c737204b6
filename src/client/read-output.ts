import { isRecord, type Json } from '../core/json.js';
import { PawlError } from '../core/pawl-error.js';
import type { Scheduler } from '../core/scheduler.js';
import { itemOutput, shardReportOf } from '../core/shard-report.js';
import type { TaskOrchestrator } from '../core/task-orchestrator.js';
import { readItemId } from '../core/unit-id.js';
import type { OutputStore } from '../data/output-store.js';
import { resolveOutput } from '../data/resolve-output.js';
import { decodeItem, decodeOutput } from '../define/decode-output.js';
import type { WorkflowDefinition } from '../define/workflow-definition.js';
import { UnknownTaskError } from './errors.js';
import type { ExecutionChain } from './execution-chain.js';
import { rebuildRun } from './history-reader.js';
import { readHistory } from './read-history.js';

/** The task has no output: it has not succeeded, or not yet. */
export class OutputMissingError extends PawlError {
  readonly code = 'OUTPUT_MISSING';
}

/** A run's outputs by name, with what of them is stored. */
export async function resolveOutputs(outputs: Json, store: OutputStore): Promise<Json> {
  if (!isRecord(outputs)) return outputs;
  return (await resolveOutput({ $pawl: { record: outputs as Readonly<Record<string, Json>> } }, store.loader())) ?? {};
}

/** @throws see `Run.output` */
export async function readOutput(
  chain: ExecutionChain,
  store: OutputStore,
  definition: WorkflowDefinition | undefined,
  id: string,
): Promise<unknown> {
  const { runId } = await chain.latest();
  const run = await rebuildRun(...(await readHistory(chain, runId)));
  const { task, item } = readItemId(id);
  const place = `run '${chain.workflowId}'`;
  const index = run?.scheduler.indexOf(task);
  if (run === undefined || index === undefined) throw unknown(id, place);
  const wire = item === undefined ? outputOfTask(run.scheduler, index) : outputOfItem(run.scheduler, index, item);
  if (wire.kind === 'unknown') throw unknown(id, place);
  if (wire.kind === 'missing') {
    throw new OutputMissingError(`'${id}' has no output: it is ${wire.state.replace('_', ' ')}`, { place });
  }
  const output = await resolveOutput(wire.output, store.loader());
  const node = definition?.tasks.find((candidate) => candidate.id === task);
  if (node === undefined) return output;
  return item === undefined ? decodeOutput(node, output, id) : decodeItem(node, output, id);
}

type Found =
  | { readonly kind: 'found'; readonly output: Json | undefined }
  | { readonly kind: 'missing'; readonly state: string }
  | { readonly kind: 'unknown' };

function outputOfTask(scheduler: Scheduler, task: number): Found {
  return outputOf(scheduler.unit({ task }));
}

function outputOfItem(scheduler: Scheduler, task: number, item: number): Found {
  const map = scheduler.map(task);
  if (map === undefined || item >= map.of.count) return { kind: 'unknown' };
  const { shardSize } = map.of;
  const part = map.parts[shardSize === undefined ? item : Math.floor(item / shardSize)];
  if (part === undefined) return { kind: 'unknown' };
  const report = shardReportOf(map, part);
  return report === undefined || shardSize === undefined
    ? outputOf(part)
    : { kind: 'found', output: itemOutput(report, item % shardSize) };
}

function outputOf({ state, output }: TaskOrchestrator): Found {
  return state === 'succeeded' ? { kind: 'found', output } : { kind: 'missing', state };
}

function unknown(id: string, place: string): UnknownTaskError {
  return new UnknownTaskError(`there is no task or item '${id}'`, { place, hint: 'status() lists them' });
}
