import { expect, test } from 'vitest';
import { Compensation } from '../../src/core/compensation.js';
import { graphOf } from '../../src/core/graph.js';
import type { Plan } from '../../src/core/plan.js';
import { planOf } from '../model/arbitrary-plan.js';
import { type Outcome, playRun } from '../support/played-run.js';

test('a task is compensated after all that need it', () => {
  const { begin, ended } = compensationOf(trip(['flight', 'hotel', 'car']));
  expect(begin().toSorted()).toEqual(['car', 'hotel']);
  expect(ended('hotel')).toEqual([]);
  expect(ended('car')).toEqual(['flight']);
});

test('what has nothing to compensate is passed, so that what it needs waits for what needs it', () => {
  const { begin, ended } = compensationOf(planOf({ a: [], b: ['a'], c: ['b'] }, compensated(['a', 'c'])));
  expect(begin()).toEqual(['c']);
  expect(ended('c')).toEqual(['a']);
});

test('what did not succeed is passed', () => {
  const { begin } = compensationOf(trip(['flight', 'hotel', 'car']), { hotel: 'fails', car: 'isSkipped' });
  expect(begin()).toEqual(['flight']);
});

test('independent tasks are compensated at once', () => {
  const { begin } = compensationOf(planOf({ a: [], b: [], c: [] }, compensated(['a', 'b', 'c'])));
  expect(begin().toSorted()).toEqual(['a', 'b', 'c']);
});

test('a need under two names is waited for once', () => {
  const { begin, ended } = compensationOf(planOf({ a: [], b: { one: 'a', two: 'a' } }, compensated(['a', 'b'])));
  expect(begin()).toEqual(['b']);
  expect(ended('b')).toEqual(['a']);
});

test('where nothing can be compensated, nothing is due', () => {
  expect(compensationOf(trip([])).begin()).toEqual([]);
});

function trip(ids: readonly string[]): Plan {
  return planOf({ flight: [], hotel: ['flight'], car: ['flight'], mail: ['hotel', 'car'] }, compensated(ids));
}

function compensated(ids: readonly string[]) {
  return { kinds: Object.fromEntries(ids.map((id) => [id, { compensate: true } as const])) };
}

function compensationOf(plan: Plan, outcomes: Readonly<Record<string, Outcome>> = {}) {
  const { scheduler } = playRun({ ...plan, compensateOn: [] }, outcomes);
  const compensation = new Compensation(plan, graphOf(plan), scheduler.tasks);
  const idsOf = (tasks: readonly number[]) => tasks.map((task) => scheduler.idOf({ task }));
  return {
    begin: () => idsOf(compensation.begin()),
    ended: (id: string) => idsOf(compensation.ended(scheduler.indexOf(id) ?? -1)),
  };
}
