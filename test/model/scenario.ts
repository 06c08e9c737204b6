import fc from 'fast-check';
import type { SchedulerEvent, TaskEvent } from '../../src/core/event.js';
import type { Json } from '../../src/core/json.js';
import type { Plan } from '../../src/core/plan.js';
import { isSettled } from '../../src/core/task-state.js';
import { arbitraryPlan, describePlan } from './arbitrary-plan.js';
import { Lockstep } from './lockstep.js';

/** A run's whole fate, as data: which tasks fail or skip, what comes between, and in which order reports arrive. */
interface Scenario {
  readonly plan: Plan;
  readonly failing: ReadonlySet<number>;
  /** Those whose `when` says no. */
  readonly skipping: ReadonlySet<number>;
  /** How many dispatches of a task no worker takes, before one does. */
  readonly unserved: ReadonlyMap<number, number>;
  /** How a task ends that is asked to stop; when not listed it obeys. */
  readonly whenAsked: ReadonlyMap<number, Exclude<Report, 'taskCancelled' | 'backoffElapsed'>>;
  /** Which of the open dispatches and backoffs is reported next, modulo their number; then always the first. */
  readonly order: readonly number[];
  /** The run is asked to stop, possibly again, after so many reports. */
  readonly cancelAfter: readonly number[];
  readonly strays: readonly Stray[];
}

/** A report that comes too late: on a settled task, or on an older dispatch. Else it is left out. */
interface Stray {
  readonly after: number;
  readonly task: number;
  /** Of how many dispatches ago. */
  readonly ago: number;
  readonly kind: TaskEvent['kind'];
}

export interface ScenarioOptions {
  readonly maxTasks?: number;
  readonly failures?: boolean;
  readonly cancellation?: boolean;
  /** Conditions that say no. */
  readonly skips?: boolean;
  /** Need modes, trigger rules and allowed failures. */
  readonly rules?: boolean;
}

/** Shrinks to a small plan in which nothing happens out of the ordinary. */
export function arbitraryScenario(options: ScenarioOptions = {}): fc.Arbitrary<Scenario> {
  const { maxTasks = 200, failures = true, cancellation = true, skips = true, rules = true } = options;
  const index = fc.nat(maxTasks - 1);
  const step = fc.nat(maxTasks);
  return fc
    .record({
      plan: arbitraryPlan(maxTasks, { rules }),
      failing: fc.uniqueArray(index, { maxLength: failures ? 8 : 0 }),
      skipping: fc.uniqueArray(index, { maxLength: skips ? 8 : 0 }),
      unserved: fc.array(fc.tuple(index, fc.integer({ min: 1, max: 3 })), { maxLength: 15, size: '+1' }),
      whenAsked: fc.array(
        fc.tuple(index, fc.constantFrom('taskSucceeded', 'taskFailed', 'taskSkipped', 'taskUnserved')),
        { maxLength: 100, size: 'max' },
      ),
      order: fc.array(fc.nat(999), { maxLength: 2 * maxTasks, size: 'max' }),
      cancelAfter: fc.uniqueArray(step, { maxLength: cancellation ? 2 : 0 }),
      strays: fc.array(fc.record({ after: step, task: index, ago: fc.nat(2), kind: fc.constantFrom(...REPORTS) }), {
        maxLength: 30,
        size: '+1',
      }),
    })
    .map(({ failing, skipping, unserved, whenAsked, strays, ...rest }) => {
      const size = rest.plan.tasks.length;
      const inPlan = ([task]: readonly [number, unknown]) => task < size;
      return described({
        ...rest,
        failing: new Set(failing.filter((task) => task < size)),
        skipping: new Set(skipping.filter((task) => task < size)),
        unserved: new Map(unserved.filter(inPlan)),
        whenAsked: new Map(whenAsked.filter(inPlan)),
        strays: strays.filter(({ task }) => task < size),
      });
    });
}

const REPORTS = [
  'taskSucceeded',
  'taskFailed',
  'taskSkipped',
  'taskCancelled',
  'taskUnserved',
  'backoffElapsed',
] as const;

type Report = (typeof REPORTS)[number];

/** Plays the scenario to its end, scheduler and oracle in lockstep. */
export function play(scenario: Scenario): Lockstep {
  const run = new Lockstep(scenario.plan);
  run.apply({ at: 0, kind: 'runStarted' });
  for (let step = 0; ; step++) {
    // Whole seconds, so that a time can be told from an index in a counter-example.
    const at = (step + 1) * 1_000;
    if (scenario.cancelAfter.includes(step)) run.apply({ at, kind: 'runCancelRequested' });
    for (const stray of scenario.strays) {
      if (stray.after !== step) continue;
      const { state, dispatches } = run.oracle.task(stray.task);
      const dispatch = dispatches - stray.ago;
      const late = isSettled(state) || dispatch < dispatches;
      if (late && dispatch >= 1) run.apply(reportOf(stray.kind, at, stray.task, dispatch, 7));
    }
    const event = nextReport(scenario, run, step, at);
    if (event === undefined) return run;
    run.apply(event);
  }
}

/** How one of the open dispatches or backoffs ends; undefined when none is open. */
function nextReport(scenario: Scenario, run: Lockstep, step: number, at: number): SchedulerEvent | undefined {
  const open = run.oracle.tasks.filter((task) => task.state === 'running' || task.backingOff);
  const task = open[(scenario.order[step] ?? 0) % open.length];
  if (task === undefined) return undefined;
  const { index, dispatches, attempts } = task;
  if (task.backingOff) return reportOf('backoffElapsed', at, index, dispatches, attempts);
  if (task.asked !== undefined) {
    return reportOf(scenario.whenAsked.get(index) ?? 'taskCancelled', at, index, dispatches, attempts + 1);
  }
  // Every other unserved dispatch had attempts of its own before the worker that fits was gone.
  if (dispatches <= (scenario.unserved.get(index) ?? 0)) {
    return reportOf('taskUnserved', at, index, dispatches, attempts + (dispatches % 2));
  }
  return reportOf(fateOf(scenario, index), at, index, dispatches, attempts + 1 + (index % 3));
}

function fateOf({ failing, skipping }: Scenario, task: number): Report {
  if (failing.has(task)) return 'taskFailed';
  return skipping.has(task) ? 'taskSkipped' : 'taskSucceeded';
}

function reportOf(
  kind: TaskEvent['kind'],
  at: number,
  task: number,
  dispatch: number,
  attempts: number,
): TaskEvent & { at: number } {
  switch (kind) {
    case 'taskSucceeded':
      return { at, kind, task, dispatch, attempts, output: outputOf(task, dispatch) };
    case 'taskFailed':
      return { at, kind, task, dispatch, attempts, error: { type: 'Error', message: `t${task} failed` } };
    case 'taskUnserved':
      return { at, kind, task, dispatch, attempts, reason: `no worker has t${task}` };
    case 'taskCancelled':
    case 'taskSkipped':
      return { at, kind, task, dispatch, attempts };
    case 'backoffElapsed':
      return { at, kind, task, dispatch };
  }
}

/** Each output tells which dispatch of which task made it; some tasks have none, and some have null. */
function outputOf(task: number, dispatch: number): Json | undefined {
  if (task % 7 === 5) return undefined;
  return task % 7 === 6 ? null : { of: task, dispatch };
}

/** Gives the scenario a readable form for counter-examples. */
function described(scenario: Scenario): Scenario {
  return Object.assign(scenario, {
    [fc.toStringMethod]: () => {
      const { plan, failing, skipping, unserved, whenAsked, order, cancelAfter, strays } = scenario;
      return [
        describePlan(plan),
        `failing: ${[...failing].join(' ')}`,
        `skipping: ${[...skipping].join(' ')}`,
        `unserved: ${[...unserved].map(([task, times]) => `${task} x ${times}`).join(', ')}`,
        `when asked to stop: ${[...whenAsked].map(([task, end]) => `${task} ${end}`).join(', ')}`,
        `order: ${order.join(' ')}`,
        `cancelled after: ${cancelAfter.join(' ')}`,
        `strays: ${JSON.stringify(strays)}`,
      ].join('\n');
    },
  });
}
