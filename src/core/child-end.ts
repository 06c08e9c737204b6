import type { TaskError } from './cause.js';
import type { Json } from './json.js';
import type { TaskOrchestrator } from './task-orchestrator.js';
import { wireRecord } from './wire-output.js';

/** Why a child workflow failed, as far as its parent hears of it. */
export function childError(cause: Error | undefined): TaskError {
  if (cause === undefined) return { type: 'Error', message: 'the child workflow failed' };
  return { type: 'type' in cause && typeof cause.type === 'string' ? cause.type : cause.name, message: cause.message };
}

/** What a child workflow returned, as it travels on; a shard's report is for its map alone. */
export function childOutput(result: Json | undefined, isShard: boolean): Json | undefined {
  return isShard ? result : wireRecord(result);
}

/** A child workflow counts as one attempt, where no activity was asked before. */
export function childAttempts({ attempts }: Pick<TaskOrchestrator, 'attempts'>): number {
  return Math.max(1, attempts);
}
