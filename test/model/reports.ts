import type { SchedulerEvent, UnitEvent } from '../../src/core/event.js';
import type { Json } from '../../src/core/json.js';
import type { DispatchRef } from '../../src/core/unit-ref.js';
import type { OpenDispatch } from './model-driver.js';
import type { Scenario, Step } from './scenario.js';

export type ReportKind = Exclude<UnitEvent['kind'], 'timerElapsed'>;

/** How something ends that runs. */
export function reportOn(open: OpenDispatch, at: number, step: Step, scenario: Scenario): SchedulerEvent {
  const kinds = endsOf(open, scenario);
  const kind = kinds[step.how] ?? kinds[0] ?? 'taskSucceeded';
  const { attemptsUsed, attemptsLeft } = open;
  const more = step.pick % (attemptsLeft === 0 ? 4 : attemptsLeft);
  // Of an unserved dispatch the last attempt is not counted.
  const attempts = attemptsUsed + more + (kind === 'taskUnserved' ? 0 : 1);
  return reportOf(kind, at, open, attempts, outputOf(open, step.pick));
}

/** What can be reported; the first is the plainest, and what comes of a `how` that is beyond the last. */
function endsOf({ work, isAsked, part }: OpenDispatch, { failures, skips }: Scenario): ReportKind[] {
  const isUndoing = work === 'compensate' || work === 'destroy' || work === 'finish';
  const canSkip = skips && !isUndoing && work !== 'child' && part === undefined;
  return [
    ...(isAsked ? (['taskCancelled'] as const) : []),
    'taskSucceeded',
    ...(failures ? (['taskFailed', 'taskFailed', 'taskFailed'] as const) : []),
    ...(work === 'child' ? [] : (['taskUnserved'] as const)),
    ...(canSkip ? (['taskSkipped'] as const) : []),
  ];
}

export function reportOf(
  kind: ReportKind,
  at: number,
  { task, part, undo, dispatch }: DispatchRef,
  attempts: number,
  output?: Json,
): UnitEvent & { at: number } {
  const base = { at, task, ...(part !== undefined && { part }), ...(undo && { undo }), dispatch, attempts };
  switch (kind) {
    case 'taskSucceeded':
      return { ...base, kind, output };
    case 'taskFailed':
      return { ...base, kind, error: { type: 'Error', message: `${task} failed` } };
    case 'taskUnserved':
      return { ...base, kind, reason: `no worker has ${task}` };
    default:
      return { ...base, kind };
  }
}

/** Each output tells which dispatch of what made it; some have none, and some have null. Of `over`, up to five items. */
function outputOf({ work, task, part, dispatch }: OpenDispatch, pick: number): Json | undefined {
  if (work === 'over') return Array.from({ length: (pick + 2) % 6 }, (_, n) => n);
  if (pick % 7 === 5) return undefined;
  return pick % 7 === 6 ? null : { of: task, ...(part !== undefined && { part }), dispatch };
}
