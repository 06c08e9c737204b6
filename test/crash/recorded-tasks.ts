import type { HistoryEvent } from '../support/run-history.js';

/** What history has recorded of a task. */
export interface RecordedTask {
  readonly id: string;
  /** How many ActivityTaskCompleted events there are. */
  readonly completions: number;
  /** How many of any other end. */
  readonly otherEnds: number;
  /** Of the attempt whose end was recorded. */
  readonly attempt: number;
  readonly worker: string;
}

/** By activity id. */
export function recordedTasks(history: readonly HistoryEvent[]): ReadonlyMap<string, RecordedTask> {
  const idByEvent = new Map<string, string>();
  const tasks = new Map<string, RecordedTask>();
  const record = (scheduledEventId: unknown, change: (task: RecordedTask) => Partial<RecordedTask>) => {
    const id = idByEvent.get(String(scheduledEventId)) ?? '';
    const task = tasks.get(id) ?? { id, completions: 0, otherEnds: 0, attempt: 0, worker: '' };
    tasks.set(id, { ...task, ...change(task) });
  };
  for (const event of history) {
    const scheduled = event.activityTaskScheduledEventAttributes;
    const started = event.activityTaskStartedEventAttributes;
    const completed = event.activityTaskCompletedEventAttributes;
    const ended =
      event.activityTaskFailedEventAttributes ??
      event.activityTaskTimedOutEventAttributes ??
      event.activityTaskCanceledEventAttributes;
    if (scheduled) {
      idByEvent.set(String(event.eventId), scheduled.activityId ?? '');
      record(event.eventId, () => ({}));
    }
    if (started) record(started.scheduledEventId, () => ({ attempt: started.attempt ?? 0 }));
    if (completed) {
      record(completed.scheduledEventId, (task) => ({
        completions: task.completions + 1,
        worker: completed.identity ?? '',
      }));
    }
    if (ended) record(ended.scheduledEventId, (task) => ({ otherEnds: task.otherEnds + 1 }));
  }
  return tasks;
}
