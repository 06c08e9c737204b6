import { describe, expect, test } from 'vitest';
import { type HistoryEvent, inDeliveryOrder } from '../../src/client/history/delivered-events.js';

const started = { workflowTaskStartedEventAttributes: {} };
const completed = { workflowTaskCompletedEventAttributes: {} };
const failed = { workflowTaskFailedEventAttributes: {} };
const scheduled = { activityTaskScheduledEventAttributes: {} };
const result = { activityTaskCompletedEventAttributes: {} };
const fired = { timerFiredEventAttributes: {} };
const cancel = { workflowExecutionCancelRequestedEventAttributes: {} };
const signal = { workflowExecutionSignaledEventAttributes: {} };
const accepted = { workflowExecutionUpdateAcceptedEventAttributes: {} };

test('a request to cancel is heard of before the results of the same workflow task', () => {
  expect(order([result, fired, cancel, started, completed])).toEqual([2, 0, 1, 3, 4]);
});

test('and after those of an earlier one', () => {
  expect(order([result, started, completed, cancel, started, completed])).toEqual([0, 1, 2, 3, 4, 5]);
});

test('a workflow task that fails has told nothing', () => {
  expect(order([result, started, failed, cancel, started, completed])).toEqual([3, 0, 1, 2, 4, 5]);
});

test('an order is heard of before the results of its workflow task, at the end of which it is written', () => {
  expect(order([result, started, completed, accepted, accepted])).toEqual([3, 4, 0, 1, 2]);
});

test('and where there were none, when it is written', () => {
  expect(order([started, completed, accepted, result])).toEqual([0, 1, 2, 3]);
});

test('an order comes before a request to cancel, and that before a result, of the same workflow task', () => {
  expect(order([result, cancel, started, completed, accepted])).toEqual([4, 1, 0, 2, 3]);
  expect(order([cancel, result, started, completed, accepted])).toEqual([4, 0, 1, 2, 3]);
});

test('what a workflow task tells is heard at the time when that was started', () => {
  const delivered = inDeliveryOrder(history([result, started, completed, accepted, fired]), false);
  expect(delivered.map(({ at }) => at)).toEqual([2_000, 2_000, 2_000, 3_000, 5_000]);
});

describe('of a run that hears as all workers do', () => {
  test('results come first, then signals and requests to cancel, then orders', () => {
    expect(steadyOrder([signal, cancel, result, started, completed, accepted])).toEqual([2, 3, 4, 0, 1, 5]);
  });

  test('what no completed workflow task has told yet is told by the next', () => {
    expect(steadyOrder([cancel, started, failed, result, started, completed])).toEqual([1, 2, 3, 4, 5, 0]);
    expect(steadyOrder([result, started, completed, cancel, result])).toEqual([0, 1, 2, 4, 3]);
  });

  test('orders come before the commands to which they and the rest have led', () => {
    expect(steadyOrder([result, started, completed, scheduled, accepted, scheduled, accepted])).toEqual([
      0, 1, 2, 4, 6, 3, 5,
    ]);
  });

  test('what comes later is told later', () => {
    expect(steadyOrder([cancel, started, completed, result, started, completed])).toEqual([1, 2, 0, 3, 4, 5]);
  });

  test('all of it is heard at the time when its workflow task was started', () => {
    const delivered = inDeliveryOrder(history([result, cancel, started, completed, accepted, fired]), true);
    expect(delivered.map(({ at }) => at)).toEqual([3_000, 3_000, 4_000, 3_000, 3_000, 6_000]);
  });
});

/** The positions in history, in the order in which the workflow hears of them. */
function order(kinds: readonly object[], isSteady = false): number[] {
  return inDeliveryOrder(history(kinds), isSteady).map(({ event }) => Number(event.eventId) - 1);
}

function steadyOrder(kinds: readonly object[]): number[] {
  return order(kinds, true);
}

/** An event a second. */
function history(kinds: readonly object[]): HistoryEvent[] {
  return kinds.map(
    (attributes, index) =>
      ({ eventId: index + 1, eventTime: { seconds: index + 1 }, ...attributes }) as unknown as HistoryEvent,
  ); // numbers where there are Longs
}
