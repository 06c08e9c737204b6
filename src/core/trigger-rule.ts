/**
 * Airflow's trigger rules, with Airflow's meaning: which ends of its needs let a task run.
 *
 * Source: apache/airflow, `airflow/ti_deps/deps/trigger_rule_dep.py`. Differences: a skip is decided only when every need is settled, so that it
 * does not depend on timing whether a failure or a skip came first.
 */
export const TRIGGER_RULES = [
  'all_success',
  'none_failed',
  'all_done',
  'one_success',
  'one_failed',
  'all_failed',
  'none_skipped',
] as const;

export type TriggerRule = (typeof TRIGGER_RULES)[number];

/** What a single need must have done: succeeded; not failed; or only ended. */
export type NeedMode = 'plain' | 'optional' | 'settled';

/** How a need ended, as far as a rule cares. An allowed failure is one that does not fail the run. */
export type NeedOutcome = 'succeeded' | 'failed' | 'allowed_failure' | 'skipped';

export type TriggerDecision = 'wait' | 'run' | 'skip' | 'upstream_fail';

/** Counts how a task's needs have ended and decides by its rule; O(1) for each need. */
export class NeedTally {
  readonly #rule: TriggerRule;
  #pending: number;
  #succeeded = 0;
  #failed = 0;
  #skipped = 0;
  /** The first need that failed, which is the one to blame. */
  firstFailed: number | undefined;
  firstSkipped: number | undefined;

  constructor(rule: TriggerRule, needCount: number) {
    this.#rule = rule;
    this.#pending = needCount;
  }

  add(need: number, mode: NeedMode, outcome: NeedOutcome): void {
    this.#pending--;
    switch (this.#countsAs(mode, outcome)) {
      case 'succeeded':
        this.#succeeded++;
        break;
      case 'skipped':
        this.#skipped++;
        this.firstSkipped ??= need;
        break;
      case 'failed':
        this.#failed++;
        this.firstFailed ??= need;
        break;
    }
  }

  /** Who came first, where the needs were counted in another order than they ended in; -1 for none. */
  blame(firstFailed: number, firstSkipped: number): void {
    this.firstFailed = firstFailed < 0 ? undefined : firstFailed;
    this.firstSkipped = firstSkipped < 0 ? undefined : firstSkipped;
  }

  decide(): TriggerDecision {
    const isDone = this.#pending === 0;
    const [succeeded, failed, skipped] = [this.#succeeded > 0, this.#failed > 0, this.#skipped > 0];
    switch (this.#rule) {
      case 'all_success':
        if (failed) return 'upstream_fail';
        if (!isDone) return 'wait';
        return skipped ? 'skip' : 'run';
      case 'none_failed':
        if (failed) return 'upstream_fail';
        return isDone ? 'run' : 'wait';
      case 'all_done':
        return isDone ? 'run' : 'wait';
      case 'one_success':
        if (succeeded) return 'run';
        if (!isDone) return 'wait';
        return failed ? 'upstream_fail' : 'skip';
      case 'one_failed':
        if (failed) return 'run';
        return isDone ? 'skip' : 'wait';
      case 'all_failed':
        if (succeeded || skipped) return isDone ? 'skip' : 'wait';
        return isDone ? 'run' : 'wait';
      case 'none_skipped':
        if (!isDone) return 'wait';
        return skipped ? 'skip' : 'run';
    }
  }

  /** `optional` takes a skip and an allowed failure as nothing, `settled` takes any end; `none_failed` is `optional` for all. */
  #countsAs(mode: NeedMode, outcome: NeedOutcome): 'succeeded' | 'failed' | 'skipped' {
    const isOptional = mode === 'optional' || this.#rule === 'none_failed';
    if (mode === 'settled') return 'succeeded';
    if (outcome === 'allowed_failure') return isOptional ? 'succeeded' : 'failed';
    if (outcome === 'skipped') return mode === 'optional' ? 'succeeded' : 'skipped';
    return outcome;
  }
}
