import type { ItemsSnapshot } from '../core/items-snapshot.js';
import type { WireSnapshot } from '../core/snapshot.js';
import { STATE_LETTERS } from '../core/state-letter.js';
import { NoWorkerError, RunNotFoundError } from './errors.js';
import type { ExecutionChain } from './execution-chain.js';
import { queryState } from './query-state.js';
import { shardOf } from './shard-of.js';

/** Counts the items of maps that are split as the child workflows do that run them now: all that the run itself knows is that those run. */
export async function countOpenShards(chain: ExecutionChain, wire: WireSnapshot): Promise<WireSnapshot> {
  const maps = await Promise.all(
    Object.entries(wire.maps ?? {}).map(async ([task, map]) => {
      return [task, await countMap(chain, wire, wire.ids[Number(task)] ?? '', map)] as const;
    }),
  );
  return maps.length === 0 ? wire : { ...wire, maps: Object.fromEntries(maps) };
}

async function countMap(chain: ExecutionChain, wire: WireSnapshot, id: string, map: ItemsSnapshot) {
  const { shardSize = 1, openShards = [] } = map;
  const counts: Record<string, number> = { ...map.counts };
  const add = (letter: string, many: number) => {
    counts[letter] = (counts[letter] ?? 0) + many;
  };
  await Promise.all(
    openShards.map(async (number) => {
      const shard = shardOf(wire, id, number * shardSize);
      const known = shard && (await countsOf(chain.child(shard.id)));
      if (shard === undefined || known === undefined) return;
      add(STATE_LETTERS.running, -shard.size);
      for (const [letter, many] of Object.entries(known)) add(letter, many);
    }),
  );
  return { ...map, counts };
}

/** Undefined for one that was dispatched a moment ago and is not there yet, has ended since, or is too busy to answer: the run's state is not to wait for that. */
async function countsOf(shard: ExecutionChain): Promise<ItemsSnapshot['counts'] | undefined> {
  try {
    const latest = await shard.latest();
    if (latest.status.name !== 'RUNNING') return undefined;
    const wire = await queryState(shard.client, latest);
    if (wire === undefined || wire === 'ask again') return undefined;
    return Object.values(wire.maps ?? {})[0]?.counts;
  } catch (error) {
    if (error instanceof RunNotFoundError || error instanceof NoWorkerError) return undefined;
    throw error;
  }
}
