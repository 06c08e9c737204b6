import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DetailsMoment, DetailsSchedule } from '../../src/core/details/details-schedule.js';

describe('the details of a run are rendered', () => {
  test('when the run is idle for the first time', () => {
    const schedule = new DetailsSchedule(200);
    expect(schedule.shouldRender(moment({ idle: false }))).toBe(false);
    expect(schedule.shouldRender(moment({ idle: true }))).toBe(true);
    expect(schedule.shouldRender(moment({ idle: true }))).toBe(false);
  });

  test('at the end, however short ago they were', () => {
    const schedule = rendered(200);
    expect(schedule.shouldRender(moment({ ended: true, idle: false }))).toBe(true);
  });

  test('once 100 tasks have settled since', () => {
    const schedule = rendered(10_000);
    expect(schedule.shouldRender(moment({ settledCount: 99 }))).toBe(false);
    expect(schedule.shouldRender(moment({ settledCount: 100 }))).toBe(true);
    expect(schedule.shouldRender(moment({ settledCount: 199 }))).toBe(false);
    expect(schedule.shouldRender(moment({ settledCount: 200 }))).toBe(true);
  });

  test('once 2 s of workflow time have gone by since', () => {
    const schedule = rendered(200);
    expect(schedule.shouldRender(moment({ now: 1_999 }))).toBe(false);
    expect(schedule.shouldRender(moment({ now: 2_000 }))).toBe(true);
    expect(schedule.shouldRender(moment({ now: 3_999 }))).toBe(false);
  });

  test('not while there is more to do in this activation', () => {
    const schedule = rendered(200);
    expect(schedule.shouldRender(moment({ settledCount: 150, now: 9_000, idle: false }))).toBe(false);
    expect(schedule.shouldRender(moment({ settledCount: 150, now: 9_000 }))).toBe(true);
  });

  test('in every idle moment of a small run, which costs nothing', () => {
    const schedule = rendered(50);
    expect([1, 2, 3].map((settledCount) => schedule.shouldRender(moment({ settledCount })))).toEqual([
      true,
      true,
      true,
    ]);
  });

  test.for([
    { taskCount: 60, every: 2 },
    { taskCount: 200, every: 4 },
    { taskCount: 10_000, every: 4 },
  ])('in every idle moment number $every of a run of $taskCount tasks', ({ taskCount, every }) => {
    const schedule = rendered(taskCount);
    const answers = Array.from({ length: 3 * every }, () => schedule.shouldRender(moment({})));
    expect(answers).toEqual(answers.map((_, i) => i % every === every - 1));
  });
});

test('whatever happens, what they show is at most three idle moments, 99 settled tasks and 2 s behind', () => {
  const step = fc.record({ settled: fc.nat(60), passed: fc.nat(900), idle: fc.boolean() });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20_000 }), fc.array(step, { maxLength: 60 }), (taskCount, steps) => {
      const schedule = rendered(taskCount);
      let [settledCount, now] = [0, 0];
      let shown = { settledCount, now, missed: 0 };
      for (const { settled, passed, idle } of steps) {
        settledCount += settled;
        now += passed;
        if (schedule.shouldRender(moment({ settledCount, now, idle }))) shown = { settledCount, now, missed: 0 };
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
  return { settledCount: 0, now: 0, ended: false, idle: true, ...differences };
}

/** A schedule whose details were rendered at time 0, with no task settled. */
function rendered(taskCount: number): DetailsSchedule {
  const schedule = new DetailsSchedule(taskCount);
  expect(schedule.shouldRender(moment({}))).toBe(true);
  return schedule;
}
