import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cause } from '../../src/core/cause.js';
import type { SchedulerCommand } from '../../src/core/command.js';
import type { SchedulerEvent } from '../../src/core/event.js';
import type { Plan } from '../../src/core/plan.js';
import { readPlan } from '../../src/core/read-plan.js';
import { describeRunFailure } from '../../src/core/run-failure.js';
import { Scheduler } from '../../src/core/scheduler.js';
import { isSettled } from '../../src/core/task-state.js';
import type { TriggerRule } from '../../src/core/trigger-rule.js';
import { planOf } from './arbitrary-plan.js';
import { Lockstep } from './lockstep.js';
import { play } from './play.js';
import { arbitraryScenario, type ScenarioOptions } from './scenario.js';

describe('any run of any plan of tasks', () => {
  test('meets each rule with each of its fates', () => {
    const met = new Set<string>();
    const meet = ({ plan, scheduler }: Lockstep) => {
      for (const { index, state, cause, isFailureAllowed } of scheduler.tasks) {
        const { trigger = 'modes', needs = [] } = plan.tasks[index] ?? {};
        const byItself = cause?.kind === 'condition' || cause?.kind === 'error';
        if (needs.length > 0 && !byItself) met.add(`${trigger}: ${isFailureAllowed ? 'allowed ' : ''}${state}`);
      }
    };
    holds({ maxTasks: 10 }, 1_500, meet, 5); // what is rare must not be missed by chance
    const fates: Readonly<Record<TriggerRule | 'modes', readonly string[]>> = {
      modes: ['succeeded', 'skipped', 'upstream_failed', 'allowed upstream_failed'],
      all_success: [], // never in a plan, being the default
      none_failed: ['succeeded', 'upstream_failed'],
      all_done: ['succeeded'],
      one_success: ['succeeded', 'skipped', 'upstream_failed', 'allowed upstream_failed'],
      one_failed: ['succeeded', 'skipped'],
      all_failed: ['succeeded', 'skipped'],
      none_skipped: ['succeeded', 'skipped'],
    };
    const expected = Object.entries(fates).flatMap(([rule, states]) =>
      [...states, ...(states.length > 0 ? ['cancelled'] : [])].map((state) => `${rule}: ${state}`),
    );
    expect([...met].sort()).toEqual(expected.sort());
  });

  test('ends, and ends once: by the last command, when every task is settled', () => {
    holds({}, 150, ({ commands, scheduler, plan }) => {
      const all = commands.flat();
      expect(all.filter(({ kind }) => kind === 'endRun')).toEqual([{ kind: 'endRun', outcome: scheduler.outcome }]);
      expect(all.at(-1)?.kind).toBe('endRun');
      expect(scheduler.settledCount).toBe(plan.tasks.length);
      expect(scheduler.tasks.every(({ state }) => isSettled(state))).toBe(true);
    });
  });

  test('starts no task before all that it plainly needs has succeeded', () => {
    holds({}, 150, (run) => {
      const succeeded = new Set<number>();
      for (const [event, commands] of steps(run)) {
        if (event.kind === 'taskSucceeded') succeeded.add(event.task);
        for (const { task } of startsIn(commands)) {
          const { needs = [], modes = '', trigger } = run.plan.tasks[task] ?? {};
          const plain = needs.filter((_, n) => trigger === undefined && (modes[n] ?? 'p') === 'p');
          expect(plain.filter((need) => !succeeded.has(need))).toEqual([]);
        }
      }
    });
  });

  test('starts a task once, and again only after no worker took it', () => {
    holds({}, 150, (run) => {
      const started = new Map<number, number>();
      for (const [event, commands] of steps(run)) {
        if (event.kind === 'taskUnserved' && started.get(event.task) === event.dispatch) started.delete(event.task);
        for (const { task, dispatch } of startsIn(commands)) {
          expect(started).not.toContain(task);
          started.set(task, dispatch);
        }
      }
    });
  });

  test('never has more tasks in flight than it may', () => {
    holds({}, 150, (run) => {
      const inFlight = new Map<number, number>();
      for (const [event, commands] of steps(run)) {
        if ('task' in event && inFlight.get(event.task) === event.dispatch) inFlight.delete(event.task);
        for (const { task, dispatch } of startsIn(commands)) inFlight.set(task, dispatch);
        expect(inFlight.size).toBeLessThanOrEqual(run.plan.maxConcurrentTasks);
      }
    });
  });

  test('runs every task when nothing fails or skips, nobody cancels and no rule waits for that', () => {
    holds({ failures: false, cancellation: false, skips: false, rules: false }, 150, ({ scheduler, plan }) => {
      expect(scheduler.outcome).toBe('completed');
      expect(scheduler.counts.succeeded).toBe(plan.tasks.length);
    });
  });

  test('gives the same commands and states for the same events, however often, and leaves the plan as it is', () => {
    holds({ kinds: true, orders: true }, 150, ({ plan, events, commands, scheduler }) => {
      const copy = JSON.parse(JSON.stringify(plan)) as Plan; // as it travels
      const again = new Scheduler(copy);
      expect(events.map((event) => [...again.apply(event)])).toEqual(commands);
      expect(again.tasks.map(lifeOf)).toEqual(scheduler.tasks.map(lifeOf));
      expect(copy).toEqual(plan);
    });
  });

  test('is failed when a failure was not allowed, and then names those tasks and what they kept from running', () => {
    holds({ cancellation: false }, 300, ({ plan, scheduler }) => {
      const isAllowed = ({ index, cause }: Scheduler['tasks'][number]): boolean =>
        cause?.kind === 'upstream'
          ? scheduler.tasks.some((task) => task.index === cause.from && isAllowed(task))
          : plan.tasks[index]?.allowFailure === true;
      const failed = scheduler.tasks.filter((task) => task.state === 'failed' && !isAllowed(task));
      expect(scheduler.outcome).toBe(failed.length > 0 ? 'failed' : 'completed');
      if (failed.length === 0) return;
      const notRun = scheduler.tasks.filter(
        (task) =>
          (task.state === 'upstream_failed' && !isAllowed(task)) ||
          (task.cause?.kind === 'stopped' && task.scheduledAt === undefined),
      );
      const idsOf = (tasks: typeof failed) => tasks.map(({ index }) => plan.tasks[index]?.id);
      const { details } = describeRunFailure(scheduler);
      expect(details.failed.map(({ task }) => task)).toEqual(idsOf(failed));
      expect([details.failedCount, details.notRunCount]).toEqual([failed.length, notRun.length]);
      expect(details.notRun).toEqual(idsOf(notRun).slice(0, details.notRun.length));
    });
  });

  test('names for every task that did not succeed a cause that leads to a failure, a condition or a cancellation', () => {
    holds({}, 150, (run) => {
      const unexplained = run.scheduler.tasks.filter(
        ({ index, state }) => state !== 'succeeded' && !isExplained(run, index),
      );
      expect(unexplained.map(lifeOf)).toEqual([]);
    });
  });

  test('by waves, starts no task before all of the waves before it are settled', () => {
    holds({}, 300, ({ plan, events, scheduler }) => {
      if (plan.scheduling !== 'waves') return;
      const { wave } = scheduler.graph;
      const replay = new Scheduler(plan);
      for (const event of events) {
        for (const { task } of startsIn(replay.apply(event))) {
          const before = replay.tasks.filter(({ index }) => (wave[index] ?? 0) < (wave[task] ?? 0));
          expect(before.filter(({ state }) => !isSettled(state))).toEqual([]);
        }
      }
    });
  });
});

describe('what the properties have found', () => {
  test('a backoff that has elapsed is not cancelled', () => {
    const run = new Lockstep(planOf({ a: [], b: [] }, { onFailure: 'stop', maxConcurrentTasks: 1 }));
    run.apply({ at: 0, kind: 'runStarted' });
    run.apply({ at: 1, kind: 'taskUnserved', task: 0, dispatch: 1, attempts: 0, reason: 'no worker has a' });
    run.apply({ at: 2, kind: 'timerElapsed', task: 0, dispatch: 1 }); // but b has the only place
    run.apply({ at: 3, kind: 'taskFailed', task: 1, dispatch: 1, attempts: 1, error: { type: 'Error', message: 'b' } });
  });

  test('a task that the cancellation of the run stopped is cancelled by it, also when a failure came before', () => {
    const run = new Lockstep(planOf({ a: [], b: [] }, { onFailure: 'stop' }));
    run.apply({ at: 0, kind: 'runStarted' });
    run.apply({ at: 1, kind: 'taskFailed', task: 0, dispatch: 1, attempts: 1, error: { type: 'Error', message: 'a' } });
    run.apply({ at: 2, kind: 'runCancelRequested' });
    run.apply({ at: 3, kind: 'taskUnserved', task: 1, dispatch: 1, attempts: 0, reason: 'no worker has b' });
    expect(run.scheduler.outcome).toBe('cancelled');
  });
});

test('a generated plan is one that a run would accept', () => {
  holds({ kinds: true }, 150, ({ plan }) => {
    expect(readPlan(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
  });
});

/** Tasks alone, and nobody interferes; any-run.test.ts has the rest. */
const PLAIN: ScenarioOptions = { maxTasks: 60, kinds: false, orders: false, drains: false };

/** Plays scenarios to their end and looks at what happened; the same ones each time if there is a seed. */
function holds(options: ScenarioOptions, numRuns: number, check: (run: Lockstep) => void, seed?: number): void {
  const property = fc.property(arbitraryScenario({ ...PLAIN, ...options }), (scenario) => check(play(scenario)));
  // Bounds the shrinking too, which can take minutes from a plan of 200 tasks; the smallest by then is shown.
  fc.assert(property, { numRuns, interruptAfterTimeLimit: 20_000, ...(seed !== undefined && { seed }) });
}

function steps({ events, commands }: Lockstep): [SchedulerEvent, readonly SchedulerCommand[]][] {
  return events.map((event, step) => [event, commands[step] ?? []]);
}

function startsIn(commands: readonly SchedulerCommand[]) {
  return commands.filter((command) => command.kind === 'startTask');
}

/** Follows the causes from need to need, as `run.explain` does: through failures to a failure, through skips to a skip. */
function isExplained(run: Lockstep, index: number): boolean {
  const { scheduler, plan, events } = run;
  const { state, cause } = scheduler.tasks[index] ?? {};
  switch (cause?.kind) {
    case 'upstream':
      return state === 'upstream_failed' && isLinked(run, index, cause);
    case 'upstreamSkipped':
      return state === 'skipped' && isLinked(run, index, cause);
    case 'stopped':
      return plan.onFailure !== 'continue' && scheduler.tasks[cause.root]?.state === 'failed';
    case 'runCancelled':
      return events.some(({ kind }) => kind === 'runCancelRequested');
    case 'error':
      return state === 'failed';
    case 'condition':
      return events.some((event) => event.kind === 'taskSkipped' && event.task === index);
    case 'trigger':
      return state === 'skipped' && plan.tasks[index]?.trigger === cause.rule;
    default:
      return false;
  }
}

/** The need that is blamed has a cause of the same kind and root, or is itself the root. */
function isLinked(run: Lockstep, index: number, cause: Extract<Cause, { from: number }>): boolean {
  const { scheduler, plan } = run;
  if (!plan.tasks[index]?.needs.includes(cause.from) || !isExplained(run, cause.from)) return false;
  const from = scheduler.tasks[cause.from];
  if (cause.from === cause.root) return from?.state === (cause.kind === 'upstream' ? 'failed' : 'skipped');
  return from?.cause?.kind === cause.kind && from.cause.root === cause.root;
}

function lifeOf({
  index,
  state,
  dispatchCount,
  attempts,
  output,
  cause,
  scheduledAt,
  settledAt,
}: Scheduler['tasks'][number]) {
  return { index, state, dispatchCount, attempts, output, cause, scheduledAt, settledAt };
}
