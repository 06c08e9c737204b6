import { expect, test } from 'vitest';
import { childStart, shardReport } from '../../src/core/child-start.js';
import type { Json } from '../../src/core/json.js';
import { withoutItemTimes } from '../../src/core/map-state.js';
import { LARGEST_PAYLOAD, payloadSize } from '../../src/core/payload-size.js';
import { Scheduler } from '../../src/core/scheduler.js';
import type { SchedulerState } from '../../src/core/scheduler-state.js';
import { dispatchOf } from '../../src/core/unit-ref.js';
import { planOf } from '../model/arbitrary-plan.js';
import { giveOrder } from '../support/give-order.js';
import { playRun, START, statesOf } from '../support/played-run.js';

const PLAN = planOf(
  { squares: [], gate: ['squares'] },
  { kinds: { squares: { kind: 'map' }, gate: { kind: 'event' } } },
);

test('what the items made is carried once, as theirs, and is the output of the map again', () => {
  const scheduler = afterMap(3);
  const state = sent(scheduler.save(START));
  expect(state.tasks.outputs).toEqual({});
  expect(goOn(state).needsOf(1)).toEqual({ squares: [0, 1, 4] });
});

test('an output that an operator gave is carried', () => {
  const scheduler = new Scheduler(PLAN);
  scheduler.apply({ kind: 'runStarted', at: START });
  scheduler.apply({ kind: 'taskSucceeded', at: START, task: 0, dispatch: 1, attempts: 1, output: [0, 1] });
  giveOrder(scheduler, { verb: 'complete', task: 'squares', output: ['given'] });
  expect(goOn(sent(scheduler.save(START))).needsOf(1)).toEqual({ squares: ['given'] });
});

test('a map that was continued as new can be so again', () => {
  const state = sent(afterMap(1_500).save(START));
  expect(sent(goOn(state).save(START))).toEqual(state);
});

test('a run with a map of 100,000 items can continue as new, without the times of its items', () => {
  const scheduler = afterMap(100_000);
  const whole = sent(scheduler.save(START));
  const state = sent(withoutItemTimes(scheduler.save(START)));
  expect(payloadSize(whole)).toBeGreaterThan(LARGEST_PAYLOAD);
  expect(payloadSize(state)).toBeLessThan(LARGEST_PAYLOAD);
  const after = goOn(state);
  expect(after.needsOf(1)).toEqual(scheduler.needsOf(1));
  expect(statesOf(after)).toEqual({ squares: 'succeeded', gate: 'waiting' });
});

/** The map has ended, and an event is waited for. Shards run as children do: by the same scheduler. */
function afterMap(items: number): Scheduler {
  const scheduler = new Scheduler(PLAN);
  const squares: Record<string, { readonly output: Json }> = {};
  for (let item = 0; item < items; item++) squares[`squares[${item}]`] = { output: item ** 2 % 1_000 };
  const commands = [...scheduler.apply({ kind: 'runStarted', at: START })];
  for (let command = commands.shift(); command !== undefined; command = commands.shift()) {
    if (command.kind !== 'startTask' && command.kind !== 'startChild') continue;
    const base = { kind: 'taskSucceeded', at: START, ...dispatchOf(command), attempts: 1 } as const;
    if (command.kind === 'startChild') {
      const { plan, state, shard } = childStart(scheduler, command);
      const child = playRun(plan, squares, state);
      const report = shardReport(child.scheduler, shard?.task ?? 0, START) as unknown as Json; // plain data
      commands.push(...scheduler.apply({ ...base, output: report }));
    } else {
      const output = squares[scheduler.idOf(command)]?.output ?? Array.from({ length: items }, (_, item) => item);
      commands.push(...scheduler.apply({ ...base, output }));
    }
  }
  return scheduler;
}

function goOn(state: SchedulerState): Scheduler {
  const scheduler = new Scheduler(PLAN, state);
  scheduler.apply({ kind: 'runContinued', at: START });
  return scheduler;
}

/** As it travels. */
function sent(state: SchedulerState): SchedulerState {
  return JSON.parse(JSON.stringify(state));
}
