import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { isRecord } from '../src/core/json.js';
import { UnservedTaskError } from './task-error.js';
import { toTaskFailure } from './task-failure.js';

export type AnyActivity = (...args: unknown[]) => Promise<unknown> | unknown;

/**
 * The SDK's `default` activity, which takes every type that the worker has no handler for. A task of Pawl is turned away in a way
 * that makes its run wait for a better worker; anything else goes to the user's own default activity, or fails as the SDK would have it.
 */
export function unservedActivity(workflows: readonly string[], next: AnyActivity | undefined): AnyActivity {
  return (...args) => {
    const { activityType, attempt } = Context.current().info;
    const [argument] = args;
    if (isRecord(argument) && isRecord(argument.pawl)) {
      const used = Number(argument.pawl.attemptsUsed ?? 0);
      const served = workflows.length === 0 ? 'no workflows' : workflows.map((name) => `'${name}'`).join(', ');
      const error = new UnservedTaskError(`this worker has no handler for it; it serves ${served}`, {
        place: activityType,
        hint: 'the run goes on when a worker that has one polls this task queue',
      });
      throw toTaskFailure(error, used + attempt);
    }
    if (next !== undefined) return next(...args);
    throw ApplicationFailure.create({
      type: 'NotFoundError',
      message: `Activity function ${activityType} is not registered on this Worker`,
    });
  };
}
