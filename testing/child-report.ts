import { type ChildStart, shardReport } from '../src/core/child-start.js';
import type { UnitEvent } from '../src/core/event.js';
import type { Json } from '../src/core/json.js';
import { FailureType } from '../src/core/protocol.js';
import { describeRunFailure } from '../src/core/run-failure.js';
import type { Scheduler } from '../src/core/scheduler.js';
import type { DispatchRef } from '../src/core/unit-ref.js';
import { wireRecord } from '../src/core/wire-output.js';

/** What the parent hears of the end of a child workflow. */
export function reportChildEnd(
  ref: DispatchRef,
  { shard }: Pick<ChildStart, 'shard'>,
  child: Scheduler,
  { startedAt, attempts }: { readonly startedAt: number; readonly attempts: number },
): UnitEvent {
  if (shard !== undefined) {
    // Whatever became of its items, the report says; the cast: it is plain data.
    const output = shardReport(child, shard.task, startedAt) as unknown as Json;
    return { kind: 'taskSucceeded', ...ref, output, attempts };
  }
  switch (child.outcome) {
    case 'completed':
      return { kind: 'taskSucceeded', ...ref, output: wireRecord(child.outputs()), attempts };
    case 'failed': {
      const error = { type: FailureType.runFailed, message: describeRunFailure(child).message };
      return { kind: 'taskFailed', ...ref, error, attempts };
    }
    default:
      return { kind: 'taskCancelled', ...ref, attempts };
  }
}
