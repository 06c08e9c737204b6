import { OutputSkippedError } from '../src/client/require-outputs.js';
import { describeCause } from '../src/core/describe-cause.js';
import type { Scheduler } from '../src/core/scheduler.js';
import { mayBeAbsent } from '../src/define/may-be-absent.js';
import type { Execution } from './in-process-execution.js';

/**
 * Refuses the result of a completed run that lacks an output which its types promise, because an operator skipped its task.
 *
 * @throws {@link OutputSkippedError}
 */
export function requireOutputs({ definition, scheduler, workflowId }: Execution): void {
  const skipped = Object.entries(definition.outputs).flatMap(([name, { id }]) => {
    const reason = mayBeAbsent(definition, id) ? undefined : operatorsSkip(scheduler, id);
    return reason === undefined ? [] : [{ name, reason }];
  });
  if (skipped.length === 0) return;
  const names = skipped.map(({ name }) => name);
  throw new OutputSkippedError(
    workflowId,
    names,
    skipped.map(({ name, reason }) => `${name}: ${reason}`),
  );
}

/** Why it was skipped; undefined where that was no operator's doing. */
function operatorsSkip(scheduler: Scheduler, id: string): string | undefined {
  const task = scheduler.tasks[scheduler.indexOf(id) ?? -1];
  if (task?.state !== 'skipped' || task.cause === undefined) return undefined;
  const root = task.cause.kind === 'upstreamSkipped' ? scheduler.tasks[task.cause.root] : task;
  if (root?.cause?.kind !== 'operator') return undefined;
  const why = describeCause(root.cause, (index) => scheduler.idOf({ task: index }));
  return root === task ? `'${id}' was ${why}` : `'${id}' follows from '${scheduler.idOf(root.ref)}', ${why}`;
}
