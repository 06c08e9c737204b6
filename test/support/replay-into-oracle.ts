import type { Plan } from '../../src/core/plan.js';
import { Oracle } from '../model/oracle.js';
import type { HistoryEvent } from './run-history.js';

/**
 * Tells the oracle what history says that the run's scheduler was told, in the same order, and starts everything that may start. It holds
 * for plans in which there is always place for the whole frontier, and for `onFailure: 'continue'`, where the order changes nothing.
 *
 * @throws Error if an activity was scheduled that must not have been, or twice
 */
export function replayIntoOracle(plan: Plan, history: readonly HistoryEvent[]): Oracle {
  const oracle = new Oracle(plan);
  const indices = new Map(plan.tasks.map((task, index) => [task.id, index]));
  const scheduled = new Map<string, number>();
  const attempts = new Map<string, number>();
  const report = (event: Parameters<Oracle['apply']>[0]) => {
    oracle.apply(event);
    for (const index of oracle.startable()) oracle.start(index, event.at);
  };
  for (const event of history) {
    const at = Number(event.eventTime?.seconds ?? 0) * 1_000;
    if (event.workflowExecutionStartedEventAttributes) report({ at, kind: 'runStarted' });
    if (event.workflowExecutionCancelRequestedEventAttributes) report({ at, kind: 'runCancelRequested' });
    if (event.activityTaskScheduledEventAttributes) {
      const id = event.activityTaskScheduledEventAttributes.activityId ?? '';
      const index = indices.get(id) ?? -1;
      if (oracle.task(index).dispatches !== 1) throw new Error(`'${id}' was scheduled, though the oracle forbids it`);
      if ([...scheduled.values()].includes(index)) throw new Error(`'${id}' was scheduled twice`);
      scheduled.set(String(event.eventId), index);
    }
    const started = event.activityTaskStartedEventAttributes;
    if (started) attempts.set(String(started.scheduledEventId), started.attempt ?? 1);
    const completed = event.activityTaskCompletedEventAttributes;
    const failed = event.activityTaskFailedEventAttributes ?? event.activityTaskTimedOutEventAttributes;
    const cancelled = event.activityTaskCanceledEventAttributes;
    const ended = String((completed ?? failed ?? cancelled)?.scheduledEventId);
    const task = scheduled.get(ended);
    if (task === undefined) continue;
    const of = { at, task, dispatch: 1, attempts: attempts.get(ended) ?? 0 };
    if (completed) report({ ...of, kind: 'taskSucceeded', output: undefined });
    else if (cancelled) report({ ...of, kind: 'taskCancelled' });
    else report({ ...of, kind: 'taskFailed', error: { type: 'Error', message: failed?.failure?.message ?? '' } });
  }
  // Dispatched and cancelled within one workflow task: the server never hears of it.
  for (const { index, state, asked } of oracle.tasks) {
    if (state !== 'running' || asked === undefined || [...scheduled.values()].includes(index)) continue;
    report({ at: 0, kind: 'taskCancelled', task: index, dispatch: 1, attempts: 0 });
  }
  return oracle;
}
