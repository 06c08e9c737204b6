import fc from 'fast-check';
import type { FailurePolicy, Plan, PlannedTask, Scheduling } from '../../src/core/plan.js';
import { PROTOCOL } from '../../src/core/protocol.js';
import { arbitraryKinds, CHILD_PLAN, type NodeKindSettings, RETRIES } from './arbitrary-kinds.js';
import { arbitraryRules, type TaskRules } from './arbitrary-rules.js';

/** Each task's needs, in topological order: ids, or ids by the name under which they arrive. */
type Edges = Readonly<Record<string, readonly string[] | Readonly<Record<string, string>>>>;

export interface PlanSettings {
  readonly scheduling?: Scheduling;
  readonly onFailure?: FailurePolicy;
  /** Default: 500. */
  readonly maxConcurrentTasks?: number;
  /** Output name to task id. Default: each task that no other needs, under its id. */
  readonly outputs?: Readonly<Record<string, string>>;
  /** By task id. Default: every need is plain, and every failure counts. */
  readonly rules?: Readonly<Record<string, TaskRules>>;
  /** By task id. Default: each is a `task` with three attempts. */
  readonly kinds?: Readonly<Record<string, NodeKindSettings>>;
  /** Milliseconds. */
  readonly holdTimeout?: number | undefined;
  readonly compensateOn?: Plan['compensateOn'];
  /** With a node `finish` that runs at the end. */
  readonly finish?: boolean;
}

/** A plan from its edges alone: `planOf({ build: [], unit: ['build'], deploy: { image: 'build', tests: 'unit' } })`. */
export function planOf(edges: Edges, settings: PlanSettings = {}): Plan {
  const { scheduling = 'frontier', onFailure = 'continue', maxConcurrentTasks = 500 } = settings;
  const ids = Object.keys(edges);
  const indices = new Map(ids.map((id, index) => [id, index]));
  const indexOf = (id: string): number => {
    const index = indices.get(id);
    if (index === undefined) throw new RangeError(`no task '${id}' in the plan of this test`);
    return index;
  };
  const tasks = Object.entries(edges).map(([id, needs]): PlannedTask => {
    const base = { id, kind: 'task', options: 0, ...settings.rules?.[id], ...settings.kinds?.[id] } as const;
    return isList(needs)
      ? { ...base, needs: needs.map(indexOf) }
      : { ...base, needs: Object.values(needs).map(indexOf), as: Object.keys(needs) };
  });
  const needed = new Set(tasks.flatMap((task) => task.needs));
  const outputs = settings.outputs ?? Object.fromEntries(ids.filter((_, i) => !needed.has(i)).map((id) => [id, id]));
  return {
    protocol: PROTOCOL,
    workflow: 'model',
    hash: 'hash-of-the-model',
    scheduling,
    maxConcurrentTasks,
    onFailure,
    ...(settings.holdTimeout !== undefined && { holdTimeout: settings.holdTimeout }),
    ...(settings.compensateOn !== undefined && { compensateOn: settings.compensateOn }),
    options: RETRIES.map((retry) => ({ startToCloseTimeout: 600_000, heartbeatTimeout: 20_000, retry })),
    tasks: settings.finish ? [...tasks, { id: 'finish', kind: 'finish', needs: [], options: 0 }] : tasks,
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, id]) => [name, indexOf(id)])),
    ...(settings.finish && { finish: tasks.length }),
    ...(tasks.some(({ child }) => child !== undefined) && { children: [CHILD_PLAN] }),
  };
}

function isList(needs: Edges[string]): needs is readonly string[] {
  return Array.isArray(needs);
}

interface ArbitraryPlanOptions {
  /** With need modes, trigger rules, allowed failures, and tasks that need one other under two names. Default: false. */
  readonly rules?: boolean;
  /** With nodes of every kind and all that a workflow can say of them. Default: false. */
  readonly kinds?: boolean;
}

/**
 * A plan of up to `maxTasks` tasks in one of five shapes, under any policy. It shrinks to few tasks with few needs,
 * the `frontier`, `continue`, no limit and plain needs.
 */
export function arbitraryPlan(maxTasks = 200, options: ArbitraryPlanOptions = {}): fc.Arbitrary<Plan> {
  return fc
    .record({
      needs: arbitraryNeeds(maxTasks),
      byWave: fc.boolean(),
      renamed: fc.boolean(),
      scheduling: fc.constantFrom<Scheduling>('frontier', 'waves'),
      onFailure: fc.constantFrom<FailurePolicy>(
        'continue',
        'stop',
        'cancel',
        ...(options.kinds ? ['hold' as const] : []),
      ),
      holdTimeout: options.kinds
        ? fc.option(fc.constantFrom(5_000, 60_000), { nil: undefined })
        : fc.constant(undefined),
      compensateOn: options.kinds ? fc.constantFrom(...COMPENSATED) : fc.constant(undefined),
      finish: options.kinds ? fc.boolean() : fc.constant(false),
      maxConcurrentTasks: fc.constantFrom(500, 20, 8, 3, 2, 1),
      outputs: fc.uniqueArray(fc.nat(maxTasks), { maxLength: 4 }),
      twice: options.rules ? fc.boolean() : fc.constant(false),
      rulesOf: options.rules ? arbitraryRules(maxTasks) : fc.constant(() => ({})),
      kindsOf: options.kinds ? arbitraryKinds(maxTasks) : fc.constant(() => ({})),
    })
    .map(({ needs, byWave, renamed, twice, outputs, rulesOf, kindsOf, holdTimeout, compensateOn, ...settings }) => {
      // A compiled plan is ordered by wave; readPlan accepts any order in which needs come first.
      const once = byWave ? sortByWave(needs) : needs;
      const ordered = renamed && twice ? once.map((list) => [...list, ...list.slice(0, 1)]) : once;
      const id = (index: number) => `t${index}`;
      const edges: Edges = Object.fromEntries(
        ordered.map((list, index) => [
          id(index),
          renamed ? Object.fromEntries(list.map((need, n) => [`need${n}`, id(need)])) : list.map(id),
        ]),
      );
      const named = ordered.length === 0 ? [] : outputs.map((pick, n) => [`out${n}`, id(pick % ordered.length)]);
      const rules = Object.fromEntries(ordered.map((list, index) => [id(index), rulesOf(index, list.length)]));
      const kinds = Object.fromEntries(ordered.map((_, index) => [id(index), kindsOf(index)]));
      return planOf(edges, {
        ...settings,
        outputs: Object.fromEntries(named),
        rules,
        kinds,
        ...(settings.onFailure === 'hold' && { holdTimeout }),
        ...(compensateOn !== undefined && { compensateOn }),
      });
    });
}

const COMPENSATED: readonly Plan['compensateOn'][] = [undefined, ['failed'], ['cancelled']];

/** For each task the indices of its needs, each smaller than its own. */
type Needs = readonly (readonly number[])[];

function arbitraryNeeds(maxTasks: number): fc.Arbitrary<Needs> {
  // Picks are taken modulo what there is to choose from, so that a shrunk list of them still is a graph.
  const picks = (perTask: { minLength?: number; maxLength: number }) =>
    fc.array(fc.array(fc.nat(999), perTask), { maxLength: maxTasks, size: 'max' });
  return fc.oneof(
    picks({ maxLength: 3 }).map(sparse),
    picks({ minLength: 1, maxLength: 2 }).map(chainLike),
    fc.tuple(fc.integer({ min: 1, max: 25 }), picks({ maxLength: 4 })).map(([width, list]) => layered(width, list)),
    picks({ minLength: 1, maxLength: 1 }).map(fanLike),
    picks({ maxLength: 30 }).map(sparse),
  );
}

type Picks = readonly (readonly number[])[];

function sparse(picks: Picks): Needs {
  return picks.map((list, i) => (i === 0 ? [] : distinct(list.map((pick) => pick % i))));
}

function chainLike(picks: Picks): Needs {
  return picks.map((list, i) => (i === 0 ? [] : distinct(list.map((pick) => i - 1 - (pick % Math.min(i, 3))))));
}

function layered(width: number, picks: Picks): Needs {
  return picks.map((list, i) => {
    const start = (Math.floor(i / width) - 1) * width;
    return start < 0 ? [] : distinct(list.map((pick) => start + (pick % width)));
  });
}

/** Hubs, between which tasks fan out from the one and join in the next. */
function fanLike(picks: Picks): Needs {
  let hub = 0;
  return picks.map(([pick = 0], i) => {
    if (i === 0) return [];
    if (pick % 10 !== 9) return [hub];
    const joined = Array.from({ length: i - hub }, (_, n) => hub + n);
    hub = i;
    return joined;
  });
}

function distinct(list: readonly number[]): number[] {
  return [...new Set(list)];
}

function sortByWave(needs: Needs): Needs {
  const waves: number[] = [];
  for (const list of needs) waves.push(Math.max(-1, ...list.map((need) => waves[need] ?? 0)) + 1);
  const order = needs.map((_, i) => i).sort((a, b) => (waves[a] ?? 0) - (waves[b] ?? 0) || a - b);
  const placeOf = new Map(order.map((old, place) => [old, place]));
  return order.map((old) => (needs[old] ?? []).map((need) => placeOf.get(need) ?? 0));
}
