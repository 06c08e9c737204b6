import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DetailsMoment, DetailsSchedule } from '../../src/core/details/details-schedule.js';

describe('the details of a run are rendered', () => {
  test('when the run is idle for the first time', () => {
    const schedule = new DetailsSchedule();
    expect(schedule.shouldRender(moment({ idle: false }))).toBe(false);
    expect(schedule.shouldRender(moment({ idle: true }))).toBe(true);
    expect(schedule.shouldRender(moment({ idle: true }))).toBe(false);
  });

  test('at the end, however short ago they were', () => {
    const schedule = rendered();
    expect(schedule.shouldRender(moment({ ended: true, idle: false }))).toBe(true);
  });

  test('once 100 tasks have settled since', () => {
    const schedule = rendered();
    expect(schedule.shouldRender(moment({ settledCount: 99 }))).toBe(false);
    expect(schedule.shouldRender(moment({ settledCount: 100 }))).toBe(true);
    expect(schedule.shouldRender(moment({ settledCount: 199 }))).toBe(false);
    expect(schedule.shouldRender(moment({ settledCount: 200 }))).toBe(true);
  });

  test('once 2 s of workflow time have gone by since', () => {
    const schedule = rendered();
    expect(schedule.shouldRender(moment({ now: 1_999 }))).toBe(false);
    expect(schedule.shouldRender(moment({ now: 2_000 }))).toBe(true);
    expect(schedule.shouldRender(moment({ now: 3_999 }))).toBe(false);
  });

  test('not while there is more to do in this activation', () => {
    const schedule = rendered();
    expect(schedule.shouldRender(moment({ settledCount: 150, now: 9_000, idle: false }))).toBe(false);
    expect(schedule.shouldRender(moment({ settledCount: 150, now: 9_000 }))).toBe(true);
  });

  test('after an order of an operator', () => {
    const schedule = rendered();
    expect(schedule.shouldRender(moment({ lastOrder: 'u1' }))).toBe(true);
    expect(schedule.shouldRender(moment({ lastOrder: 'u1' }))).toBe(false);
  });

  test('when nothing is in flight, so that nothing may happen for long', () => {
    const schedule = rendered();
    expect(schedule.shouldRender(moment({ quiet: true }))).toBe(true);
  });

  test('in every idle moment of a small run, which costs nothing', () => {
    const schedule = rendered();
    const answers = [1, 2, 3].map((settledCount) => schedule.shouldRender(moment({ unitCount: 50, settledCount })));
    expect(answers).toEqual([true, true, true]);
  });

  test.for([
    { unitCount: 60, every: 2 },
    { unitCount: 200, every: 4 },
    { unitCount: 10_000, every: 4 },
  ])('in every idle moment number $every of a run of $unitCount tasks and items', ({ unitCount, every }) => {
    const schedule = rendered();
    const answers = Array.from({ length: 3 * every }, () => schedule.shouldRender(moment({ unitCount })));
    expect(answers).toEqual(answers.map((_, i) => i % every === every - 1));
  });
});

test('whatever happens, what they show is at most three idle moments, 99 settled tasks and 2 s behind', () => {
  const step = fc.record({ settled: fc.nat(60), passed: fc.nat(900), idle: fc.boolean() });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20_000 }), fc.array(step, { maxLength: 60 }), (unitCount, steps) => {
      const schedule = rendered();
      let [settledCount, now] = [0, 0];
      let shown = { settledCount, now, missed: 0 };
      for (const { settled, passed, idle } of steps) {
        settledCount += settled;
        now += passed;
        if (schedule.shouldRender(moment({ unitCount, settledCount, now, idle })))
          shown = { settledCount, now, missed: 0 };
        else if (idle) {
          shown.missed++;
          expect(shown.missed).toBeLessThanOrEqual(3);
          expect(settledCount - shown.settledCount).toBeLessThan(100);
          expect(now - shown.now).toBeLessThan(2_000);
        }
      }
    }),
  );
});

function moment(differences: Partial<DetailsMoment>): DetailsMoment {
  return {
    unitCount: 200,
    settledCount: 0,
    lastOrder: undefined,
    quiet: false,
    now: 0,
    ended: false,
    idle: true,
    ...differences,
  };
}

/** A schedule whose details were rendered at time 0, with no task settled. */
function rendered(): DetailsSchedule {
  const schedule = new DetailsSchedule();
  expect(schedule.shouldRender(moment({}))).toBe(true);
  return schedule;
}
