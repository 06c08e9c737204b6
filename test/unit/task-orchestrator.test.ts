import { describe, expect, test } from 'vitest';
import type { Step } from '../../src/core/step.js';
import { TaskOrchestrator } from '../../src/core/task-orchestrator.js';

describe('a unit that no worker serves', () => {
  test('waits a second, then half as long again each time, and a minute at most', () => {
    const unit = unitOf('run');
    const delays = Array.from({ length: 12 }, () => {
      unit.dispatch(0);
      return unit.waitForWorker(0, 'no handler');
    });
    expect(delays).toEqual([1_000, 1_500, 2_250, 3_375, 5_063, 7_594, 11_391, 17_086, 25_629, 38_443, 57_665, 60_000]);
  });

  test('says until when', () => {
    const unit = unitOf('run');
    unit.dispatch(5_000);
    unit.waitForWorker(7_000, 'no handler');
    expect(unit).toMatchObject({ state: 'waiting', isUnserved: true, isWaiting: false, until: 8_000 });
  });

  test('keeps the time of its first dispatch when it is dispatched again', () => {
    const unit = unitOf('run');
    unit.dispatch(5);
    unit.waitForWorker(7, 'no handler');
    unit.endTimer();
    unit.dispatch(9);
    expect(unit).toMatchObject({ scheduledAt: 5, dispatchCount: 2, state: 'running' });
  });
});

describe('the steps of a unit', () => {
  test('come one after the other, each ready when the one before is done', () => {
    const unit = unitOf('when', 'wait');
    unit.dispatch(0);
    unit.land(1);
    expect(unit.nextStep(undefined)).toBe(true);
    expect(unit).toMatchObject({ step: 'wait', state: 'pending', isReady: true });
  });

  test('end with the last', () => {
    const unit = unitOf('run');
    unit.dispatch(0);
    unit.land(1);
    expect(unit.nextStep('output')).toBe(false);
  });

  test('hand on what the one before gave: a child workflow its input', () => {
    const unit = unitOf('with', 'child');
    unit.dispatch(0);
    unit.land(1);
    unit.nextStep({ name: 'eu' });
    expect(unit.output).toEqual({ name: 'eu' });
  });
});

describe('a report', () => {
  test('on an older dispatch is not current', () => {
    const unit = unitOf('run');
    unit.dispatch(0);
    unit.retry();
    unit.dispatch(1);
    const event = { kind: 'taskSucceeded', task: 0, output: 1, attempts: 1 } as const;
    expect([1, 2].map((dispatch) => unit.isCurrent({ ...event, dispatch }))).toEqual([false, true]);
  });

  test('that comes a second time is not current', () => {
    const unit = unitOf('run');
    unit.dispatch(0);
    unit.land(1);
    expect(unit.isCurrent({ kind: 'taskSucceeded', task: 0, dispatch: 1, output: 1, attempts: 1 })).toBe(false);
  });

  test('of a timer that was cancelled is not current', () => {
    const unit = unitOf('wait');
    unit.beginWait(0, 1_000);
    unit.endTimer();
    expect(unit.isCurrent({ kind: 'timerElapsed', task: 0, dispatch: 1 })).toBe(false);
  });
});

describe('the attempts that are left', () => {
  test('are those that earlier dispatches did not use, one at least', () => {
    const unit = unitOf('run');
    unit.attempts = 2;
    expect([3, 2, 1].map((maximum) => unit.attemptsLeft(maximum))).toEqual([1, 1, 1]);
  });

  test('are without limit, where the retry policy has none', () => {
    const unit = unitOf('run');
    unit.attempts = 7;
    expect(unit.attemptsLeft(0)).toBe(0);
  });

  test('are all of them after an operator retried it', () => {
    const unit = unitOf('run');
    unit.attempts = 3;
    unit.hold({ type: 'Error', message: 'it broke' }, undefined);
    unit.retry();
    expect(unit.attemptsLeft(3)).toBe(3);
  });
});

describe('a retry', () => {
  test('begins with the first step', () => {
    const unit = unitOf('with', 'child');
    unit.nextStep({ name: 'eu' });
    unit.retry();
    expect(unit).toMatchObject({ step: 'with', output: undefined, isReady: true, cause: undefined });
  });

  test('takes back that it was asked to stop', () => {
    const unit = unitOf('run');
    unit.requestCancel({ kind: 'runCancelled' });
    unit.retry();
    expect(unit.cancelRequest).toBeUndefined();
  });
});

test('the first request to stop is the one that counts', () => {
  const unit = unitOf('run');
  unit.requestCancel({ kind: 'stopped', root: 4 });
  unit.requestCancel({ kind: 'runCancelled' });
  expect(unit.cancelRequest).toEqual({ kind: 'stopped', root: 4 });
});

test('a hold with an end has a timer, one without has none', () => {
  const error = { type: 'Error', message: 'it broke' };
  const [short, long] = [unitOf('run'), unitOf('run')];
  short.hold(error, 5_000);
  long.hold(error, undefined);
  expect([short, long].map(({ timer, until }) => ({ timer, until }))).toEqual([
    { timer: 'hold', until: 5_000 },
    { timer: undefined, until: undefined },
  ]);
});

function unitOf(...steps: Step[]): TaskOrchestrator {
  const unit = new TaskOrchestrator({ task: 0 }, steps);
  unit.trigger();
  return unit;
}
