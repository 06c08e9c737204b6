import type { NeedMode, TriggerRule } from '../../src/core/trigger-rule.js';

/** How a need has ended: `failed` stands for upstream_failed and cancelled too; an allowed failure does not fail the run. */
export type NeedEnd = 'succeeded' | 'skipped' | 'failed' | 'allowedFailure';

export type Decision = 'run' | 'skip' | 'fail' | 'wait';

/** What a need that has ended counts as, by its mode. */
export function countedAs(end: NeedEnd, mode: NeedMode): NeedEnd {
  switch (mode) {
    case 'plain':
      return end;
    case 'optional':
      return end === 'failed' ? 'failed' : 'succeeded';
    case 'settled':
      return 'succeeded';
  }
}

/** What becomes of a task whose needs have ended like this; undefined stands for one that has not. */
export function decide(rule: TriggerRule, ends: readonly (NeedEnd | undefined)[]): Decision {
  if (ends.length === 0) return 'run';
  const allEnded = !ends.includes(undefined);
  const oneFailed = ends.some((end) => isFailureFor('all_success', end));
  const oneSkipped = ends.includes('skipped');
  switch (rule) {
    case 'all_success':
      if (oneFailed) return 'fail';
      return !allEnded ? 'wait' : oneSkipped ? 'skip' : 'run';
    case 'none_failed':
      if (ends.some((end) => isFailureFor(rule, end))) return 'fail';
      return allEnded ? 'run' : 'wait';
    case 'all_done':
      return allEnded ? 'run' : 'wait';
    case 'one_success':
      if (ends.includes('succeeded')) return 'run';
      return !allEnded ? 'wait' : oneFailed ? 'fail' : 'skip';
    case 'one_failed':
      if (oneFailed) return 'run';
      return allEnded ? 'skip' : 'wait';
    case 'all_failed':
      if (!allEnded) return 'wait';
      return ends.every((end) => isFailureFor(rule, end)) ? 'run' : 'skip';
    case 'none_skipped':
      return !allEnded ? 'wait' : oneSkipped ? 'skip' : 'run';
  }
}

/** For none_failed an allowed failure is none, and so never the one to blame. */
export function isFailureFor(rule: TriggerRule, end: NeedEnd | undefined): boolean {
  return end === 'failed' || (end === 'allowedFailure' && rule !== 'none_failed');
}
