import fc from 'fast-check';
import type { FailurePolicy, Plan, PlannedTask, Scheduling } from '../../src/core/plan.js';
import { PROTOCOL } from '../../src/core/protocol.js';
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
    const base = { id, kind: 'task', options: 0, ...settings.rules?.[id] } as const;
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
    options: [{ startToCloseTimeout: 600_000, heartbeatTimeout: 20_000, retry: { maximumAttempts: 3 } }],
    tasks,
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, id]) => [name, indexOf(id)])),
  };
}

function isList(needs: Edges[string]): needs is readonly string[] {
  return Array.isArray(needs);
}

interface ArbitraryPlanOptions {
  /** With need modes, trigger rules, allowed failures, and tasks that need one other under two names. Default: false. */
  readonly rules?: boolean;
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
      onFailure: fc.constantFrom<FailurePolicy>('continue', 'stop', 'cancel'),
      maxConcurrentTasks: fc.constantFrom(500, 20, 8, 3, 2, 1),
      outputs: fc.uniqueArray(fc.nat(maxTasks), { maxLength: 4 }),
      twice: options.rules ? fc.boolean() : fc.constant(false),
      rulesOf: options.rules ? arbitraryRules(maxTasks) : fc.constant(() => ({})),
    })
    .map(({ needs, byWave, renamed, twice, outputs, rulesOf, ...settings }) => {
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
      return planOf(edges, { ...settings, outputs: Object.fromEntries(named), rules });
    });
}

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

/** A plan in a line, for counter-examples: `b <- a? (one_failed, may fail)`, with `?` for an optional and `!` for a settled need. */
export function describePlan(plan: Plan): string {
  const tasks = plan.tasks.map(({ id, needs, modes, trigger, allowFailure }) => {
    const marked = needs.map((need, n) => `${plan.tasks[need]?.id}${MODE_MARKS[modes?.[n] ?? 'p']}`);
    const rules = [...(trigger === undefined ? [] : [trigger]), ...(allowFailure ? ['may fail'] : [])];
    return [
      id,
      ...(needs.length > 0 ? ['<-', ...marked] : []),
      ...(rules.length > 0 ? [`(${rules.join(', ')})`] : []),
    ].join(' ');
  });
  return `${tasks.join('; ') || 'no tasks'} (${plan.scheduling}, ${plan.onFailure}, ${plan.maxConcurrentTasks} at once)`;
}

const MODE_MARKS: Readonly<Record<string, string>> = { p: '', o: '?', s: '!' };
