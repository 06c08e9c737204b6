import { temporal } from '@temporalio/proto';
import { describe, expect, test } from 'vitest';
import { runStatusOf, runStatusOfCode, visibilityStatus } from '../../src/client/run-status.js';

test.each([
  ['RUNNING', 'running', 'Running'],
  ['COMPLETED', 'completed', 'Completed'],
  ['FAILED', 'failed', 'Failed'],
  ['CANCELLED', 'cancelled', 'Canceled'],
  ['TERMINATED', 'terminated', 'Terminated'],
  ['TIMED_OUT', 'timed_out', 'TimedOut'],
  ['CONTINUED_AS_NEW', 'continued_as_new', 'ContinuedAsNew'],
])('%s of the SDK is %s here and %s in a query', (name, status, inQueries) => {
  expect(runStatusOf(name)).toBe(status);
  expect(visibilityStatus(runStatusOf(name))).toBe(inQueries);
});

describe('every status that the server knows', () => {
  const names = Object.keys(temporal.api.enums.v1.WorkflowExecutionStatus)
    .filter((name) => name.startsWith('WORKFLOW_EXECUTION_STATUS_'))
    .map((name) => name.replace('WORKFLOW_EXECUTION_STATUS_', '').replace('CANCELED', 'CANCELLED'));

  test.each(names)('%s has one here; one that has not ended is running', (name) => {
    const hasEnded = !['UNSPECIFIED', 'RUNNING', 'PAUSED'].includes(name);
    expect(runStatusOf(name)).toBe(hasEnded ? name.toLowerCase() : 'running');
    const { WorkflowExecutionStatus } = temporal.api.enums.v1;
    const key = `WORKFLOW_EXECUTION_STATUS_${name.replace('CANCELLED', 'CANCELED')}`;
    expect(runStatusOfCode(WorkflowExecutionStatus[key as keyof typeof WorkflowExecutionStatus])).toBe(
      runStatusOf(name),
    );
  });
});
