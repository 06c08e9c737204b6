import fc from 'fast-check';
import type { MapPlan, NodeKind, Plan, PlannedTask, RetryPlan, WaitPlan } from '../../src/core/plan.js';

/** What a node is, beside its edges and rules. */
export type NodeKindSettings = Partial<
  Pick<PlannedTask, 'kind' | 'asks' | 'compensate' | 'wait' | 'map' | 'child' | 'options'>
>;

/** What `options` refers to. */
export const RETRIES: readonly RetryPlan[] = [{ maximumAttempts: 3 }, { maximumAttempts: 1 }, { maximumAttempts: 0 }];

export const CHILD_PLAN: Plan = {
  protocol: 1,
  workflow: 'child',
  hash: 'hash-of-the-child',
  scheduling: 'frontier',
  maxConcurrentTasks: 500,
  onFailure: 'continue',
  options: [{ startToCloseTimeout: 600_000, heartbeatTimeout: 20_000, retry: { maximumAttempts: 3 } }],
  tasks: [{ id: 'only', kind: 'task', needs: [], options: 0 }],
  outputs: { only: 0 },
};

/** A kind for each node of a plan. It shrinks to tasks with three attempts. */
export function arbitraryKinds(maxTasks: number): fc.Arbitrary<(index: number) => NodeKindSettings> {
  return fc.array(arbitraryKind, { maxLength: maxTasks, size: 'max' }).map((kinds) => (index) => kinds[index] ?? {});
}

const KINDS: readonly NodeKind[] = [
  'task',
  'task',
  'task',
  'map',
  'map',
  'resource',
  'subworkflow',
  'approval',
  'event',
  'sleep',
];

const arbitraryWait = fc.record({
  timeout: fc.constantFrom(undefined, 3_000, 20_000),
  onTimeout: fc.constantFrom<WaitPlan['onTimeout'][]>(undefined, 'skip', { value: 'timed out' }),
  // Before the run's start, soon, and late in it.
  until: fc.constantFrom(undefined, 0, 7_000, 90_000),
});

const arbitraryMap = fc.record({
  concurrency: fc.constantFrom(undefined, 3, 2, 1),
  tolerate: fc.constantFrom<MapPlan['tolerate'][]>(
    undefined,
    { count: 0 },
    { count: 1 },
    { count: 3 },
    { percent: 10 },
    { percent: 50 },
    { percent: 100 },
  ),
});

const arbitraryKind: fc.Arbitrary<NodeKindSettings> = fc
  .record({
    kind: fc.constantFrom(...KINDS),
    options: fc.constantFrom(0, 1, 2),
    // Compensated, asked by a worker before, a map over a child workflow.
    has: fc.boolean(),
    overChild: fc.boolean(),
    wait: arbitraryWait,
    map: arbitraryMap,
  })
  .map(({ kind, options, has, overChild, wait, map }): NodeKindSettings => {
    const asks = has ? ({ asks: true } as const) : {};
    switch (kind) {
      case 'task':
        return { options, ...(has && { compensate: true }) };
      case 'map':
        return { kind, options, map: defined(map), ...(overChild && { child: 0, ...asks }) };
      case 'subworkflow':
        return { kind, options, child: 0, ...asks };
      case 'sleep':
        return { kind, options, wait: wait.until === undefined ? { duration: 4_000 } : { until: wait.until }, ...asks };
      case 'approval':
      case 'event': {
        const { until: _, ...rest } = wait;
        return { kind, options, wait: rest.timeout === undefined ? {} : defined(rest), ...asks };
      }
      default:
        return { kind, options };
    }
  });

/** What is undefined is absent, as in JSON. */
function defined<T extends object>(record: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  // Only entries that are not undefined are left.
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
