import { ApplicationFailure } from '@temporalio/workflow';
import type { TaskError } from '../src/core/cause.js';
import { type DispatchRef, dispatchOf } from '../src/core/unit-ref.js';
import type { RunEnd } from './run-end.js';

/** What can't be started at all fails, for the reason that it can't. */
export function refuseStart(end: RunEnd, command: DispatchRef, error: TaskError, attempts: number): void {
  const { type, message } = error;
  end.failed(command, ApplicationFailure.create({ type, message, nonRetryable: true }));
  end.report({ kind: 'taskFailed', ...dispatchOf(command), attempts, error });
}
