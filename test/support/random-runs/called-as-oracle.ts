import type { PlannedTask } from '../../../src/core/plan.js';
import { matches } from '../../model/matching.js';
import type { ReplayedDispatch } from '../replay-into-oracle.js';
import type { HistoryEvent } from '../run-history.js';
import type { CallEntry, CalledFunction } from './call-log.js';
import type { JudgedRun } from './judged-run.js';
import { fateAt, type RandomRun } from './random-run.js';

/** How an activity ended, as history says. */
interface RecordedActivity {
  attempts: number;
  /** Its last attempt was reported by the worker, and not found lost, and no other is missing. */
  isWhole: boolean;
}

/**
 * Where the calls that were logged are not those that the oracle's dispatches make: each attempt calls the node's condition, and its function
 * if that said yes, once and with what the oracle says.
 *
 * @param losesWorkers a worker may be killed before it has called anything, or between two calls
 */
export function differencesOfCalls(
  { calls, recorded, replayed, run }: JudgedRun,
  { losesWorkers = false } = {},
): string[] {
  const { plan, dispatches } = replayed;
  const found: string[] = [];
  const activities = new Map(recorded.histories.flatMap((history) => [...activitiesIn(history)]));
  for (const { activityId } of calls) {
    if (!dispatches.has(activityId)) found.push(`'${activityId}' was called, and never dispatched`);
  }
  for (const [id, dispatch] of dispatches) {
    const task = plan.tasks[dispatch.ref.task];
    const activity = activities.get(id);
    if (task === undefined || activity === undefined) continue; // cancelled before the server heard of it
    const entries = calls.filter(({ activityId }) => activityId === id);
    const functions = functionsOf(dispatch, task, run?.random);
    const problem = findProblem(entries, functions, activity, losesWorkers);
    if (problem !== undefined) {
      const made = entries.map(({ attempt, name }) => `${attempt}:${name}`).join(' ');
      found.push(`'${id}' ${JSON.stringify(activity)} calls ${functions.join(' and ')}: ${problem}: ${made}`);
    }
    for (const { given, name } of entries) {
      const expected = expectedGiven(name, dispatch);
      if (!matches(given, expected)) {
        found.push(`'${id}' gave ${name} ${JSON.stringify(given)}, not ${JSON.stringify(expected)}`);
      }
    }
  }
  return found;
}

function findProblem(
  entries: readonly CallEntry[],
  functions: readonly CalledFunction[],
  { attempts, isWhole }: RecordedActivity,
  losesWorkers: boolean,
): string | undefined {
  const places = entries.map(({ attempt, name }) => (attempt - 1) * functions.length + functions.indexOf(name));
  if (entries.some(({ name }) => !functions.includes(name))) return 'one is not its function';
  if (new Set(places).size < places.length) return 'one came twice';
  if (losesWorkers) return undefined;
  if (places.some((place, n) => place !== n)) return 'one is missing, or too late';
  const expected = attempts * functions.length;
  return isWhole && places.length !== expected ? `there should be ${expected}` : undefined;
}

function functionsOf(
  { ref, call }: ReplayedDispatch,
  task: PlannedTask,
  random: RandomRun | undefined,
): CalledFunction[] {
  if (call === 'compensate' || call === 'destroy' || call === 'finish') return [call];
  const name = call === 'run' && task.kind === 'resource' ? 'create' : call;
  if (name === 'when') return ['when'];
  const index = Number(/(\d+)$/.exec(task.id)?.[1]);
  const { when } = random === undefined ? { when: 'none' } : fateAt(random.fates, index);
  if (when === 'none' || ref.part !== undefined) return [name];
  return when === 'no' ? ['when'] : ['when', name];
}

function expectedGiven(name: CalledFunction, { ref, argument: { needs, item, output } }: ReplayedDispatch): unknown {
  if (name === 'compensate' || name === 'destroy') return { output, needs };
  return ref.part === undefined ? needs : item;
}

function activitiesIn(history: readonly HistoryEvent[]): Map<string, RecordedActivity> {
  const ids = new Map<string, string>();
  const activities = new Map<string, RecordedActivity>();
  for (const event of history) {
    const scheduled = event.activityTaskScheduledEventAttributes;
    const started = event.activityTaskStartedEventAttributes;
    const ended = event.activityTaskCompletedEventAttributes ?? event.activityTaskFailedEventAttributes;
    if (scheduled) {
      ids.set(String(event.eventId), scheduled.activityId ?? '');
      activities.set(scheduled.activityId ?? '', { attempts: 0, isWhole: false });
    }
    const activity = activities.get(ids.get(String((started ?? ended)?.scheduledEventId)) ?? '');
    if (activity === undefined) continue;
    if (started) activity.attempts = started.attempt ?? 1;
    else activity.isWhole = true;
  }
  return activities;
}
