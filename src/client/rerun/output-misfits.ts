import type { Json } from '../../core/json.js';
import type { MapProgress } from '../../core/map-progress.js';
import type { Scheduler } from '../../core/scheduler.js';
import { itemOutput, knownOfShard } from '../../core/shard-report.js';
import { itemId } from '../../core/unit-id.js';
import { type LoadClaim, resolveOutput } from '../../data/resolve-output.js';
import { isOutputLost } from '../../data/stored-output-errors.js';
import { decodeItem, decodeOutput } from '../../define/decode-output.js';
import type { TaskDefinition, WorkflowDefinition } from '../../define/workflow-definition.js';
import { WrongValueError } from '../../define/wrong-value-error.js';

/** Which outputs of a run do not fit the schemas of a definition: what is wrong with them, by the ids of tasks and items. */
export async function outputMisfits(
  old: Scheduler,
  { tasks }: WorkflowDefinition,
  load: LoadClaim,
): Promise<ReadonlyMap<string, string>> {
  const misfits = new Map<string, string>();
  for (const node of tasks) {
    const index = old.indexOf(node.id);
    const was = index === undefined ? undefined : old.tasks[index];
    const map = index === undefined ? undefined : old.map(index);
    if (was === undefined) continue;
    if (node.kind === 'map' && map !== undefined) await checkItems(node, map, load, misfits);
    else if (was.state === 'succeeded') {
      const decode = async () => decodeOutput(node, await resolveOutput(was.output, load), node.id);
      await check(node.id, decode, misfits);
    }
  }
  return misfits;
}

async function checkItems(
  node: TaskDefinition,
  map: MapProgress,
  load: LoadClaim,
  misfits: Map<string, string>,
): Promise<void> {
  for (const [item, output] of itemOutputs(map)) {
    const id = itemId(node.id, item);
    await check(id, async () => decodeItem(node, await resolveOutput(output, load), id), misfits);
  }
}

/** Of the items that have succeeded. */
function* itemOutputs(map: MapProgress): Generator<[item: number, output: Json | undefined]> {
  const { shardSize = 1 } = map.of;
  for (const [index, part] of map.parts.entries()) {
    const report = knownOfShard(map, part);
    if (report === undefined) {
      if (part.state === 'succeeded') yield [index, part.output];
      continue;
    }
    for (let item = 0; item < report.items.states.length; item++) {
      if (report.items.states.charAt(item) === 's') yield [index * shardSize + item, itemOutput(report, item)];
    }
  }
}

async function check(id: string, decode: () => Promise<unknown>, misfits: Map<string, string>): Promise<void> {
  try {
    await decode();
  } catch (error) {
    // What can't be read any more is to be made again.
    if (!(error instanceof WrongValueError || isOutputLost(error))) throw error;
    misfits.set(id, error.message);
  }
}
