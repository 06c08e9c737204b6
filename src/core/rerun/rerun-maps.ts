import { partSize } from '../item-numbers.js';
import type { Json } from '../json.js';
import { type MapProgress, mapItems } from '../map-progress.js';
import { taskAt } from '../plan.js';
import { type SavedMap, saveUnits } from '../scheduler-state.js';
import { knownOfShard, type ShardReport } from '../shard-report.js';
import { STATE_LETTERS } from '../state-letter.js';
import type { TaskOrchestrator } from '../task-orchestrator.js';
import { withoutTimes } from '../unit-columns.js';
import { isInline } from '../wire-output.js';
import type { TaskDecision } from './rerun-decision.js';
import { oldTask, type Rerun, settled, triggered } from './rerun-units.js';

/**
 * How much a rerun carries of maps: all that is known of their items; not the times of items in shards; nor anything of the items of maps that are
 * reused as a whole. A payload has a limit, and a map may have 100,000 items.
 */
export const RERUN_EXTENTS = ['all', 'noTimes', 'least'] as const;

export type RerunExtent = (typeof RERUN_EXTENTS)[number];

/** Also of maps that are reused as a whole: their items can be looked at, and run again one by one later. */
export function rerunMaps(
  rerun: Rerun,
  decisions: readonly TaskDecision[],
  startedAt: number,
  extent: RerunExtent,
): Record<number, SavedMap> {
  const { old, plan } = rerun;
  const maps: Record<number, SavedMap> = {};
  decisions.forEach(({ action, items }, task) => {
    const was = oldTask(rerun, task);
    const map = was && old.map(was.index);
    if (map === undefined || (action === 'rerun' && items === undefined)) return;
    if (action === 'reuse' && extent === 'least') return;
    const again = new Set(items?.rerun);
    const { tolerated } = mapItems(map.of.items, taskAt(plan, task).map ?? {});
    const { items: list, count, shardSize, from } = map.of;
    maps[task] = {
      items: list,
      ...(!isInline(list) && { count }),
      from,
      ...(shardSize !== undefined && { shardSize }),
      tolerated,
      parts: saveUnits(
        map.parts.map((_, part) => rerunPart(rerun, map, { task, part }, again, extent)),
        startedAt,
      ),
    };
  });
  return maps;
}

function rerunPart(
  rerun: Rerun,
  map: MapProgress,
  ref: { readonly task: number; readonly part: number },
  again: ReadonlySet<number>,
  extent: RerunExtent,
): TaskOrchestrator {
  const { plan } = rerun;
  const { shardSize } = map.of;
  const isShard = shardSize !== undefined;
  const first = ref.part * (shardSize ?? 1);
  const isRerun = (item: number) => again.has(first + item);
  const was = map.parts[ref.part];
  if (was === undefined) return triggered(plan, ref, isShard);
  const runsAgain = Array.from({ length: partSize(map.of, ref.part) }, (_, item) => item).some(isRerun);
  const unit = runsAgain ? triggered(plan, ref, isShard) : settled(rerun, ref, was, isShard);
  // The shard's new run begins with what is known of its items.
  const report = knownOfShard(map, was);
  if (report !== undefined) unit.output = carried(report, isRerun, extent) as unknown as Json;
  return unit;
}

function carried(report: ShardReport, isRerun: (item: number) => boolean, extent: RerunExtent): ShardReport {
  const states = Array.from(report.items.states, (letter, item) => (isRerun(item) ? STATE_LETTERS.pending : letter));
  const items = extent === 'all' ? report.items : withoutTimes(report.items);
  return { ...report, items: { ...items, states: states.join('') } };
}
