import { PLAN_LIMITS } from '../core/plan-limits.js';
import type { ActivitySettings, Placement } from './activity-settings.js';
import { readDuration } from './duration.js';
import { suggest } from './suggest.js';

export const PLACEMENTS: readonly Placement[] = ['activity', 'local'];

/** What only an activity has: a local one is never on a task queue, and sends no heartbeats. */
const OF_ACTIVITIES = ['heartbeatTimeout', 'taskQueue', 'priority'] as const;

/**
 * Where a node's functions run. Its own word counts, and must fit what else it says; the workflow's holds for those nodes that it fits.
 *
 * @param usual the workflow's
 */
export function planPlacement(
  settings: ActivitySettings,
  usual: Placement | undefined,
  wrong: (option: string, message: string, hint?: string) => void,
): Placement {
  const own = settings.placement;
  if (own !== undefined && !PLACEMENTS.includes(own)) {
    wrong('placement', `there is no '${own}'`, suggest(String(own), PLACEMENTS));
    return 'activity';
  }
  if ((own ?? usual) !== 'local') return 'activity';
  const needsActivity = OF_ACTIVITIES.filter((option) => settings[option] !== undefined);
  if (isTooLong(settings.startToCloseTimeout)) {
    if (own === undefined) return 'activity';
    const most = `a local task may take ${PLAN_LIMITS.localStartToCloseTimeout / 1_000} seconds at most`;
    wrong('startToCloseTimeout', most, `${ELSE}, which may take longer`);
  }
  if (needsActivity.length > 0 && own === undefined) return 'activity';
  for (const option of needsActivity) wrong(option, 'a local task has none', `${ELSE}, or leave it out`);
  return 'local';
}

const ELSE = "write `placement: 'activity'`";

/** What is no duration at all is told where it is read. */
function isTooLong(timeout: unknown): boolean {
  const read = timeout === undefined ? undefined : readDuration(timeout);
  return read !== undefined && 'milliseconds' in read && read.milliseconds > PLAN_LIMITS.localStartToCloseTimeout;
}
