import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ContinuationDue, type HistoryExtent, isAtAnyPrice, isExhausted } from '../../src/core/continuation-due.js';
import { STEADY_PROTOCOL } from '../../src/core/history-bound.js';
import { compile, workflow } from '../../src/index.js';

const plan = compile(workflow('due', {}, ({ task }) => void task('any', { run: () => 1 })));

const MIB = 1024 * 1024;
const NOTHING: HistoryExtent = { events: 0, bytes: 0, updates: 0 };
/** Past which Temporal takes no more: it ends the execution, or refuses all updates. */
const TEMPORAL: HistoryExtent = { events: 51_200, bytes: 50 * MIB, updates: 2_000 };

/** One workflow task, and what had come to it, at the most: it has a message of 4 MiB. */
const growth = fc.record({
  events: fc.integer({ min: 1, max: 1_000 }),
  bytes: fc.integer({ min: 100, max: 2 * MIB }),
  updates: fc.integer({ min: 0, max: 10 }),
});

describe('an execution gives way', () => {
  test.for([
    ['12,000 events', { events: 12_000 }],
    ['16 MiB', { bytes: 16 * MIB }],
    ['1,500 updates', { updates: 1_500 }],
  ] as const)('past %s, and not before', ([, limit]) => {
    const due = new ContinuationDue(plan);
    due.isPassedBy(NOTHING);
    expect(due.isPassedBy({ ...NOTHING, ...limit })).toBe(false);
    expect(due.isPassedBy({ ...NOTHING, ...more(limit) })).toBe(true);
  });

  test('past as many events as it is told', () => {
    const due = new ContinuationDue(plan, 40);
    due.isPassedBy(NOTHING);
    expect([40, 41].map((events) => due.isPassedBy({ ...NOTHING, events }))).toEqual([false, true]);
  });

  test('not before it is twice as long as it was when it began', () => {
    const due = new ContinuationDue(plan, 40);
    const passed = [30, 60, 61].map((events) => due.isPassedBy({ ...NOTHING, events }));
    expect(passed).toEqual([false, false, true]);
  });

  test('as it always did, where its plan is of a protocol before that', () => {
    const due = new ContinuationDue({ ...plan, protocol: STEADY_PROTOCOL - 1 });
    expect(due.isPassedBy({ ...NOTHING, events: 8_001 })).toBe(true);
  });

  test.for([
    ['4,000 events', { events: 4_000, bytes: 0, updates: 0 }],
    ['4 MiB', { events: 0, bytes: 4 * MIB, updates: 0 }],
    ['200 updates', { events: 0, bytes: 0, updates: 200 }],
  ] as const)('%s later, where nothing came of it', ([, step]) => {
    const due = new ContinuationDue(plan);
    due.isPassedBy(NOTHING);
    const now = { events: 12_100, bytes: 17 * MIB, updates: 1_510 };
    due.putOff(now);
    const then = sum(now, step);
    expect(due.isPassedBy(then)).toBe(false);
    expect(due.isPassedBy(sum(then, { events: 1, bytes: 1, updates: 1 }))).toBe(true);
  });
});

describe('an execution that can never give way', () => {
  test('is not asked twice without anything that happened in between, which would be for ever', () => {
    fc.assert(
      fc.property(fc.array(growth, { maxLength: 200 }), (tasks) => {
        const due = new ContinuationDue(plan);
        let extent = NOTHING;
        for (const task of tasks) {
          extent = sum(extent, task);
          if (!due.isPassedBy(extent)) continue;
          due.putOff(extent);
          expect(due.isPassedBy(extent)).toBe(false);
        }
      }),
    );
  });

  test('is asked a few times only', () => {
    fc.assert(
      fc.property(fc.array(growth, { minLength: 300, maxLength: 300 }), (tasks) => {
        expect(triesOf(tasks).length).toBeLessThanOrEqual(11 + 9 + 3);
      }),
      { numRuns: 50 },
    );
  });

  test('is asked while it can still say that it fails: before Temporal ends it', () => {
    fc.assert(
      fc.property(fc.array(growth, { minLength: 150, maxLength: 150 }), (tasks) => {
        const last = triesOf(tasks).find(isExhausted);
        if (last === undefined) return;
        expect(last.events).toBeLessThan(TEMPORAL.events);
        expect(last.bytes).toBeLessThan(TEMPORAL.bytes);
      }),
    );
  });

  test('is waited for at any price before Temporal refuses all updates', () => {
    const updates = Array.from({ length: TEMPORAL.updates }, () => ({ events: 2, bytes: 500, updates: 1 }));
    const tries = triesOf(updates);
    expect(tries.map(({ updates }) => updates)).toEqual([1_501, 1_702, 1_903]);
    expect(tries.map(isAtAnyPrice)).toEqual([false, false, true]);
  });
});

/** How far the execution had come when it tried, each time in vain. */
function triesOf(tasks: readonly HistoryExtent[]): HistoryExtent[] {
  const due = new ContinuationDue(plan);
  const tries: HistoryExtent[] = [];
  let extent = NOTHING;
  for (const task of tasks) {
    extent = sum(extent, task);
    if (!due.isPassedBy(extent)) continue;
    tries.push(extent);
    if (isExhausted(extent)) break;
    due.putOff(extent);
  }
  return tries;
}

function sum(a: HistoryExtent, b: HistoryExtent): HistoryExtent {
  return { events: a.events + b.events, bytes: a.bytes + b.bytes, updates: a.updates + b.updates };
}

function more(limit: Partial<HistoryExtent>): Partial<HistoryExtent> {
  return Object.fromEntries(Object.entries(limit).map(([name, value]) => [name, value + 1]));
}
