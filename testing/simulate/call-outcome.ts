import type { SchedulerCommand } from '../../src/core/command.js';
import type { Report } from '../../src/core/event.js';
import type { Json } from '../../src/core/json.js';
import type { DispatchRef } from '../../src/core/unit-ref.js';
import { dispatchOf } from '../../src/core/unit-ref.js';
import { failureOf, type SimulatedOutcome } from './outcome.js';

type StartTask = Extract<SchedulerCommand, { kind: 'startTask' }>;

/** The type of a made-up failure. */
export const SIMULATED_FAILURE = 'SimulatedFailure';

/** What an activity reports, by the outcome that its unit is to have. */
export function reportCall(command: StartTask, outcome: SimulatedOutcome | undefined): Report {
  const { call, attemptsUsed, attemptsLeft } = command;
  const ref = dispatchOf(command);
  const attempts = attemptsUsed + 1;
  if (outcome === 'skip') return { kind: 'taskSkipped', ...ref, attempts };
  const message = failureOf(outcome);
  // A child workflow that fails does so after its `with`.
  if (message !== undefined && call !== 'with') {
    const error = { type: SIMULATED_FAILURE, message };
    return { kind: 'taskFailed', ...ref, error, attempts: attemptsUsed + Math.max(1, attemptsLeft) };
  }
  return { kind: 'taskSucceeded', ...ref, output: call === 'over' ? itemsOf(outcome) : outputOf(outcome), attempts };
}

/** What a child workflow reports that is not simulated, as the outcome of its node is given. */
export function reportChild(ref: DispatchRef, outcome: SimulatedOutcome): Report {
  const message = failureOf(outcome);
  if (message === undefined) return { kind: 'taskSucceeded', ...ref, output: outputOf(outcome) ?? {}, attempts: 1 };
  return { kind: 'taskFailed', ...ref, error: { type: SIMULATED_FAILURE, message }, attempts: 1 };
}

function itemsOf(outcome: SimulatedOutcome | undefined): Json {
  if (typeof outcome !== 'object' || !('items' in outcome)) return [0];
  const { items } = outcome;
  return typeof items === 'number' ? Array.from({ length: items }, (_, item) => item) : items;
}

function outputOf(outcome: SimulatedOutcome | undefined): Json | undefined {
  return typeof outcome === 'object' && 'output' in outcome ? outcome.output : undefined;
}
