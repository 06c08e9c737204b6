import { toMilliseconds } from '../../../src/client/timestamp.js';
import type { HistoryEvent } from '../run-history.js';
import type { CallEntry } from './call-log.js';
import type { JudgedRun } from './judged-run.js';

interface CompletedActivity {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** It was given up before, for a new dispatch or because its unit was settled. */
  readonly wasGivenUp: boolean;
}

/** Asked anew when an operator lets a node wait anew, or start its child anew. */
const MAY_COME_AGAIN = ['when', 'with'];

/**
 * The calls that were made although the completion of what they do was recorded before; in words. A unit that an operator retried is left out: the
 * run may have taken that order before it heard of a completion.
 */
export function callsAfterCompletion({ calls: made, recorded: { histories, snapshot } }: JudgedRun): string[] {
  const retried = snapshot.audit.flatMap(({ verb, task }) => (verb === 'retry' && task !== undefined ? [task] : []));
  const calls = made.filter(({ unit }) => !retried.includes(unit));
  return histories.flatMap(completedIn).flatMap(({ id, at, wasGivenUp }) => {
    const [unit = ''] = id.split('#');
    const isOfUnit = (call: CallEntry) => call.activityId === unit || call.activityId.startsWith(`${unit}#`);
    const late = calls.filter(
      (call) =>
        call.at > at &&
        (call.activityId === id || (!wasGivenUp && isOfUnit(call) && !MAY_COME_AGAIN.includes(call.name))) &&
        // What an activity that asks lets begin is the node's next step.
        calls.some((done) => done.activityId === id && done.name === call.name),
    );
    return late.map((call) => `${call.name} of '${call.activityId}' at ${call.at}, '${id}' was completed at ${at}`);
  });
}

function completedIn(history: readonly HistoryEvent[]): CompletedActivity[] {
  const ids = new Map<string, string>();
  const givenUp = new Set<string>();
  const completed: CompletedActivity[] = [];
  for (const event of history) {
    const scheduled = event.activityTaskScheduledEventAttributes;
    const cancelled = event.activityTaskCancelRequestedEventAttributes;
    const ended = event.activityTaskCompletedEventAttributes;
    if (scheduled) ids.set(String(event.eventId), scheduled.activityId ?? '');
    if (cancelled) givenUp.add(String(cancelled.scheduledEventId));
    if (!ended) continue;
    const key = String(ended.scheduledEventId);
    completed.push({ id: ids.get(key) ?? '', at: toMilliseconds(event.eventTime), wasGivenUp: givenUp.has(key) });
  }
  return completed;
}
