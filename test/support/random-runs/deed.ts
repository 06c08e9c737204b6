import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { FailureType } from '../../../src/core/protocol.js';
import { NonRetryableError, type TaskContext } from '../../../src/index.js';
import { type CalledFunction, logCall } from './call-log.js';
import type { Fate } from './random-run.js';

/** What every function of a random definition does. */
export interface Deed {
  /** The file that calls are appended to. */
  readonly log: string;
  readonly name: CalledFunction;
  readonly fate: Fate;
  /** Milliseconds. */
  readonly duration: number;
  /** Whether it stops when it is asked to. */
  readonly heeds?: boolean;
}

/** Logs that it was called, and with what, takes its time, and meets its fate. */
export async function doDeed(
  { log, name, fate, duration, heeds }: Deed,
  given: unknown,
  context: TaskContext,
): Promise<void> {
  const { activityId, attempt } = Context.current().info;
  const { workflowId, task: unit, signal } = context;
  logCall(log, { at: Date.now(), workflowId, unit, name, activityId, attempt, given });
  await (heeds ? pauseUnlessAborted(duration, signal) : pause(duration));
  meet(fate, activityId, context);
}

function meet(fate: Fate, activityId: string, { attempt, task }: TaskContext): void {
  switch (fate) {
    case 'succeeds':
      return;
    case 'fails once':
      if (attempt === 1) throw new Error(`${task} failed once`);
      return;
    case 'fails always':
      throw new Error(`${task} failed`);
    case 'refuses':
      throw new NonRetryableError(`${task} refuses`);
    case 'finds no worker':
      // What an older worker says of a dispatch that it has no handler for.
      if (!activityId.includes('#')) throw ApplicationFailure.nonRetryable('not here', FailureType.unserved);
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function pauseUnlessAborted(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
