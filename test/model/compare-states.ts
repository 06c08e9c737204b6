import type { Cause } from '../../src/core/cause.js';
import type { Plan } from '../../src/core/plan.js';
import type { Scheduler } from '../../src/core/scheduler.js';
import { isSettled, TASK_STATES } from '../../src/core/task-state.js';
import { describeUnit } from './describe-event.js';
import { differs, matches } from './matching.js';
import type { OracleNode, OracleUnit } from './oracle/oracle-unit.js';
import type { Oracle } from './oracle.js';

type Unit = Scheduler['tasks'][number];

/** Compares what can be seen of a run and of each unit in it. */
export class StateComparison {
  /** What was found to be equal: comparing thousands of causes again after every event takes long. */
  readonly #agreedCauses = new Map<Cause, OracleUnit['cause']>();

  constructor(readonly plan: Plan) {}

  /** @returns the first difference */
  compare(scheduler: Scheduler, oracle: Oracle): string | undefined {
    for (const expected of oracle.nodes) {
      const difference = this.#compareNode(scheduler, expected);
      if (difference !== undefined) return difference;
    }
    return this.#compareCounts(scheduler, oracle) ?? this.#compareSteering(scheduler, oracle);
  }

  #compareNode(scheduler: Scheduler, expected: OracleNode): string | undefined {
    const { index, parts = [], undo } = expected;
    const actual = scheduler.tasks[index];
    const actualParts = scheduler.partsOf(index);
    if (actualParts.length !== parts.length) {
      return differs(`number of items of ${expected.planned.id}`, actualParts.length, parts.length);
    }
    if (isFailure(expected) && actual?.isFailureAllowed !== expected.isFailureAllowed) {
      return `the failure of ${expected.planned.id} is ${expected.isFailureAllowed ? '' : 'not '}allowed`;
    }
    let difference = this.#compareUnit(actual, expected);
    for (let n = 0; n < parts.length; n++) difference ??= this.#compareUnit(actualParts[n], parts[n] ?? expected);
    return undo === undefined ? difference : (difference ?? this.#compareUnit(scheduler.undoOf(index), undo));
  }

  #compareUnit(actual: Unit | undefined, expected: OracleUnit): string | undefined {
    const difference = actual === undefined ? 'is not there' : this.#differenceOf(actual, expected);
    return difference && `${describeUnit(this.plan, expected.ref)} ${difference}`;
  }

  #differenceOf(actual: Unit, expected: OracleUnit): string | undefined {
    if (actual.state !== expected.state) return `is ${actual.state}, not ${expected.state}`;
    if (actual.dispatchCount !== expected.dispatches) {
      return `has ${actual.dispatchCount} dispatches, not ${expected.dispatches}`;
    }
    if (actual.scheduledAt !== expected.scheduledAt) {
      return `was scheduled at ${actual.scheduledAt}, not ${expected.scheduledAt}`;
    }
    if (actual.settledAt !== expected.settledAt) return `was settled at ${actual.settledAt}, not ${expected.settledAt}`;
    if (expected.timer !== undefined && actual.until !== expected.timer.due) {
      return `waits until ${actual.until}, not ${expected.timer.due}`;
    }
    if (!this.#isSameCause(actual.cause, expected.cause)) return differs('cause', actual.cause, expected.cause);
    if (!isSettled(actual.state)) return undefined;
    if (actual.attempts !== expected.attempts) return differs('attempts', actual.attempts, expected.attempts);
    return matches(actual.output, expected.output) ? undefined : differs('output', actual.output, expected.output);
  }

  #isSameCause(actual: Cause | undefined, expected: OracleUnit['cause']): boolean {
    if (actual === undefined || expected === undefined) return actual === expected;
    if (this.#agreedCauses.get(actual) === expected) return true;
    if (!matches(actual, expected)) return false;
    this.#agreedCauses.set(actual, expected);
    return true;
  }

  #compareCounts({ counts, settledCount }: Scheduler, { nodes }: Oracle): string | undefined {
    const expected: Record<string, number> = {};
    for (const { state } of nodes) expected[state] = (expected[state] ?? 0) + 1;
    if (TASK_STATES.some((state) => counts[state] !== (expected[state] ?? 0)))
      return differs('counts', counts, expected);
    const settled = nodes.filter(({ state }) => isSettled(state)).length;
    return settledCount === settled ? undefined : differs('settledCount', settledCount, settled);
  }

  #compareSteering({ isPaused, audit }: Scheduler, { run }: Oracle): string | undefined {
    if (isPaused !== run.isPaused) return `the run is ${run.isPaused ? 'not ' : ''}paused`;
    // The lines themselves are compared at the end.
    return audit.length === run.audit.length ? undefined : differs('audit', audit, run.audit);
  }
}

function isFailure({ state, cause }: OracleUnit): boolean {
  return state === 'failed' || state === 'upstream_failed' || (state === 'cancelled' && cause?.kind === 'operator');
}
