import { readItemId } from '../core/unit-id.js';
import type { ExecutionChain } from './execution-chain.js';
import { queryState } from './query-state.js';
import { shardOf } from './shard-of.js';

/**
 * The run that carries out an order: where the task is an item of a map that is split over child workflows, the child that has it; else the
 * run itself, which also refuses what does not exist.
 */
export async function routeOrder(chain: ExecutionChain, task: string): Promise<ExecutionChain> {
  const { task: map, item } = readItemId(task);
  if (item === undefined) return chain;
  const latest = await chain.latest();
  if (latest.status.name !== 'RUNNING') return chain;
  const wire = await queryState(chain.client, latest);
  if (wire === undefined || wire === 'ask again') return chain;
  const shard = shardOf(wire, map, item);
  return shard === undefined ? chain : chain.child(shard.id);
}
