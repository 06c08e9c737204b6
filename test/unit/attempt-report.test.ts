import { describe, expect, test } from 'vitest';
import { type ActivityFailureView, reportFailure } from '../../src/core/attempt-report.js';

/** Of a dispatch before which two attempts were used up. */
const dispatch = { attemptsUsed: 2, attemptsLeft: 3 };
const note = (attempts: number) => ({ pawl: { attempts } });

describe('what a task reports when it failed', () => {
  test('is the type, message and stack of an application failure', () => {
    const failure = view({ type: 'TypeError', message: 'no image', stack: 'TypeError: no image\n  at build' });
    expect(reportFailure(failure, false, dispatch)).toMatchObject({
      kind: 'taskFailed',
      error: { type: 'TypeError', message: 'no image', stack: 'TypeError: no image\n  at build' },
    });
  });

  test('is the name of the failure, where it has no type', () => {
    const failure = view({ name: 'TerminatedFailure', type: undefined });
    expect(reportFailure(failure, false, dispatch)).toMatchObject({ error: { type: 'TerminatedFailure' } });
  });

  test('has no stack, where there is none', () => {
    const report = reportFailure(view({ stack: '' }), false, dispatch);
    expect(report).toMatchObject({ error: { type: 'Error', message: 'no image' } });
    expect(report).not.toHaveProperty('error.stack');
  });
});

describe('a timeout', () => {
  test.each([
    ['HEARTBEAT', 'no heartbeat within heartbeatTimeout: the worker was lost, or its event loop blocked'],
    ['START_TO_CLOSE', 'an attempt took longer than startToCloseTimeout'],
    ['SCHEDULE_TO_CLOSE', 'it was not done within scheduleToCloseTimeout'],
    ['SCHEDULE_TO_START', 'it was not done within scheduleToCloseTimeout'],
    ['SOMETHING_NEW', 'it timed out'],
  ])('of %s says which setting it was', (timeoutType, message) => {
    expect(reportFailure(timeout({ timeoutType }), false, dispatch)).toMatchObject({
      kind: 'taskFailed',
      error: { type: `TIMEOUT_${timeoutType}`, message },
    });
  });

  test('says what the last attempt failed with', () => {
    const cause = view({ message: 'no image' });
    expect(reportFailure(timeout({ timeoutType: 'SCHEDULE_TO_CLOSE', cause }), false, dispatch)).toMatchObject({
      error: { message: 'it was not done within scheduleToCloseTimeout; the last failure was: no image' },
    });
  });
});

describe('the attempts', () => {
  test('are those that the wrapper noted at the end of the details', () => {
    const details = [{ pawl: { attempts: 1 } }, 'of the user', note(4)];
    expect(reportFailure(view({ details }), false, dispatch)).toMatchObject({ attempts: 4 });
  });

  test.each([[undefined], [[]], [['of the user']], [[{ pawl: 4 }]], [[{ pawl: { attempts: '4' } }]]])(
    'are one more than before, where the details %o hold no note',
    (details) => {
      expect(reportFailure(view({ details }), false, dispatch)).toMatchObject({ attempts: 3 });
    },
  );

  test('are all, where Temporal says so and the worker could not', () => {
    expect(reportFailure(timeout({ timeoutType: 'HEARTBEAT' }), true, dispatch)).toMatchObject({ attempts: 5 });
  });

  test('are one more than before, where there is no limit that could have been reached', () => {
    const unlimited = { attemptsUsed: 2, attemptsLeft: 0 };
    expect(reportFailure(timeout({ timeoutType: 'HEARTBEAT' }), true, unlimited)).toMatchObject({ attempts: 3 });
  });

  test('are those of the failure before a timeout', () => {
    const failure = timeout({ timeoutType: 'SCHEDULE_TO_CLOSE', cause: view({ details: [note(4)] }) });
    expect(reportFailure(failure, false, dispatch)).toMatchObject({ attempts: 4 });
  });
});

describe('a task that no worker could serve', () => {
  test('reports the reason, and not the attempt in which no handler was found', () => {
    const failure = view({ type: 'TaskUnserved', message: 'no handler', details: [note(4)] });
    expect(reportFailure(failure, false, dispatch)).toEqual({
      kind: 'taskUnserved',
      reason: 'no handler',
      attempts: 3,
    });
  });
});

describe('a cancelled task', () => {
  test('reports the attempts that the wrapper noted', () => {
    const failure = view({ name: 'CancelledFailure', details: [note(4)] });
    expect(reportFailure(failure, false, dispatch)).toEqual({ kind: 'taskCancelled', attempts: 4 });
  });

  test('has used no more attempts, where none was running', () => {
    const failure = view({ name: 'CancelledFailure' });
    expect(reportFailure(failure, false, dispatch)).toEqual({ kind: 'taskCancelled', attempts: 2 });
  });
});

function view(failure: Partial<ActivityFailureView>): ActivityFailureView {
  return { name: 'ApplicationFailure', type: 'Error', message: 'no image', ...failure };
}

function timeout(failure: Partial<ActivityFailureView>): ActivityFailureView {
  return { name: 'TimeoutFailure', message: 'activity timed out', ...failure };
}
