import type { TaskDispatch } from '../src/core/protocol.js';

/** A task by its id, a map's item as `smoke[3]`. */
export function unitName({ task, item }: TaskDispatch): string {
  return item === undefined ? task : `${task}[${item}]`;
}

/**
 * What all attempts and dispatches of one call have in common, and no other call has.
 *
 * @param workflowId of the execution that dispatches
 */
export function idempotencyKey(dispatch: TaskDispatch, workflowId: string): string {
  const { rootWorkflowId = workflowId, rootRunId, task, item, call } = dispatch;
  const parts: (string | number)[] = [rootWorkflowId, rootRunId, task];
  if (item !== undefined) parts.push(item);
  if (call === 'compensate' || call === 'destroy') parts.push(call);
  return parts.join('/');
}
