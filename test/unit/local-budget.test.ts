import { expect, test } from 'vitest';
import { LOCAL_BYTES, LOCAL_COUNT } from '../../src/core/local-limits.js';
import { LocalBudget } from '../../workflows/local-budget.js';

const LARGEST = 8 * 1024;
const MARKER = 1_024;

/** As many as have room at once. */
function fill(budget: LocalBudget): number {
  let taken = 0;
  while (budget.take(LARGEST) === 'now') taken++;
  return taken;
}

test('what is in flight fits into a message, whatever it gives', () => {
  const taken = fill(new LocalBudget());
  expect(taken * (LARGEST + MARKER)).toBeLessThanOrEqual(LOCAL_BYTES);
  expect((taken + 1) * (LARGEST + MARKER)).toBeGreaterThan(LOCAL_BYTES);
});

test('what gave less than it might have leaves its room to others, in the same workflow task', () => {
  const budget = new LocalBudget();
  const taken = fill(budget);
  expect(budget.take(LARGEST)).toBe('later');
  for (let i = 0; i < taken; i++) budget.land(LARGEST, 10);
  expect(budget.take(LARGEST)).toBe('now');
});

test('what gave all that it might leaves it to the next workflow task', () => {
  const budget = new LocalBudget();
  const taken = fill(budget);
  for (let i = 0; i < taken; i++) budget.land(LARGEST, LARGEST);
  expect(budget.take(LARGEST)).toBe('next');
  budget.renew();
  expect(fill(budget)).toBe(taken);
});

test('a workflow task starts so many, however little they give', () => {
  const budget = new LocalBudget();
  for (let i = 0; i < LOCAL_COUNT; i++) {
    expect(budget.take(LARGEST)).toBe('now');
    budget.land(LARGEST, 1);
  }
  expect(budget.take(LARGEST)).toBe('next');
  budget.renew();
  expect(budget.take(LARGEST)).toBe('now');
});
