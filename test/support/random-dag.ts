import fc from 'fast-check';
import type { Plan } from '../../src/core/plan.js';
import { NonRetryableError, type TaskHandle, type WorkflowDefinition, workflow } from '../../src/index.js';
import { arbitraryPlan } from '../model/arbitrary-plan.js';
import type { HandlerLog } from './handler-log.js';

/** What a task's handler does, whatever its needs are. */
export type Fate = 'succeeds' | 'fails once' | 'fails always' | 'refuses';

export interface RandomDag {
  readonly plan: Plan;
  /** By the number in the task's id, `t0` being the first: compiling the graph changes the order of its tasks. */
  readonly fates: readonly Fate[];
  /** Milliseconds that each handler takes. */
  readonly durations: readonly number[];
  /** Whether each task is a local one. */
  readonly locals?: readonly boolean[];
}

export const MAXIMUM_ATTEMPTS = 2;

export function arbitraryDag(maxTasks: number, { failures }: { failures: boolean }): fc.Arbitrary<RandomDag> {
  const perTask = { minLength: maxTasks, maxLength: maxTasks };
  const fate = fc.oneof(
    { weight: 90, arbitrary: fc.constant<Fate>('succeeds') },
    { weight: failures ? 6 : 0, arbitrary: fc.constant<Fate>('fails once') },
    { weight: failures ? 3 : 0, arbitrary: fc.constant<Fate>('fails always') },
    { weight: failures ? 1 : 0, arbitrary: fc.constant<Fate>('refuses') },
  );
  const plan = arbitraryPlan(maxTasks)
    .filter(({ tasks }) => tasks.length > 0)
    .map(placeForAll);
  return fc.record({ plan, fates: fc.array(fate, perTask), durations: fc.array(fc.nat(15), perTask) });
}

/** The same, in which some tasks or all are local. */
export function arbitraryLocalDag(maxTasks: number): fc.Arbitrary<RandomDag> {
  const locals = fc.oneof(
    fc.array(fc.boolean(), { minLength: maxTasks, maxLength: maxTasks }),
    fc.constant(Array.from({ length: maxTasks }, () => true)),
  );
  return fc.tuple(arbitraryDag(maxTasks, { failures: true }), locals).map(([dag, locals]) => ({ ...dag, locals }));
}

/** Where a failure closes the run, what had found a place before it depends on the order: leave place for all. */
function placeForAll(plan: Plan): Plan {
  return plan.onFailure === 'continue' ? plan : { ...plan, maxConcurrentTasks: 500 };
}

/** The same graph as a user would write it. Each handler tells the log what it got, and returns {@link valueOf} its task. */
export function defineDag(name: string, dag: RandomDag, log: HandlerLog): WorkflowDefinition {
  const { plan, durations, locals = [] } = dag;
  const { scheduling, onFailure, maxConcurrentTasks } = plan;
  return workflow(name, { scheduling, onFailure, maxConcurrentTasks }, ({ task }) => {
    const handles: TaskHandle<number, number>[] = [];
    plan.tasks.forEach(({ id, needs, as }, index) => {
      const named = needs.map((need, n) => [as?.[n] ?? plan.tasks[need]?.id, handles[need]]);
      const handle = task(id, {
        needs: Object.fromEntries(named) as Record<string, TaskHandle<number, number>>,
        retry: { maximumAttempts: MAXIMUM_ATTEMPTS, initialInterval: 10 },
        placement: locals[Number(id.slice(1))] ? 'local' : 'activity',
        run: async (values, ctx) => {
          const entry = { run: ctx.workflowId, task: ctx.task, attempt: ctx.attempt };
          log.append({ ...entry, what: 'entered', needs: values });
          try {
            await new Promise((resolve) => setTimeout(resolve, durations[index]));
            const fate = fateOf(dag, id);
            if (fate === 'refuses') throw new NonRetryableError(`${id} refuses`);
            if (fate === 'fails always' || (fate === 'fails once' && ctx.attempt === 1))
              throw new Error(`${id} failed`);
            return 1 + Object.values(values).reduce((sum, value) => (sum + value) % MODULUS, 0);
          } finally {
            log.append({ ...entry, what: 'left' });
          }
        },
      });
      handles.push(handle);
    });
    return Object.fromEntries(Object.entries(plan.outputs).map(([output, index]) => [output, at(handles, index)]));
  });
}

export function fateOf({ fates }: RandomDag, id: string): Fate {
  return at(fates, Number(id.slice(1)));
}

/** Keeps the numbers of dense graphs within what a number holds exactly. */
const MODULUS = 1_000_003;

/** What each task returns where all of its needs succeed: one more than the sum of its needs. */
export function expectedValues({ tasks }: Plan): number[] {
  const values: number[] = [];
  for (const { needs } of tasks) values.push(1 + needs.reduce((sum, need) => (sum + at(values, need)) % MODULUS, 0));
  return values;
}

export function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new RangeError(`nothing at ${index}`);
  return item;
}
