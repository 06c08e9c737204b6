import type { TaskError } from './cause.js';
import type { TaskOrchestrator } from './task-orchestrator.js';

/** Why a child workflow failed, as far as its parent hears of it. */
export function childError(cause: Error | undefined): TaskError {
  if (cause === undefined) return { type: 'Error', message: 'the child workflow failed' };
  return { type: 'type' in cause && typeof cause.type === 'string' ? cause.type : cause.name, message: cause.message };
}

/** A child workflow counts as one attempt, where no activity was asked before. */
export function childAttempts({ attempts }: Pick<TaskOrchestrator, 'attempts'>): number {
  return Math.max(1, attempts);
}
