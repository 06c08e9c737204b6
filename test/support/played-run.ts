import type { SchedulerCommand } from '../../src/core/command.js';
import type { Json } from '../../src/core/json.js';
import type { Plan } from '../../src/core/plan.js';
import { Scheduler } from '../../src/core/scheduler.js';
import type { SchedulerState } from '../../src/core/scheduler-state.js';
import { dispatchId } from '../../src/core/unit-id.js';
import type { DispatchRef } from '../../src/core/unit-ref.js';

/** What becomes of a dispatch: an output, or one of these. What is not said succeeds with its own id. */
export type Outcome = { readonly output: Json } | 'fails' | 'isSkipped' | 'neverEnds';

export interface PlayedRun {
  readonly scheduler: Scheduler;
  /** The ids of what was dispatched, in order. */
  readonly dispatched: readonly string[];
}

/** When it was started, in milliseconds since the epoch; each event comes a second after the one before. */
export const START = Date.parse('2026-01-01T00:00:00Z');

/** Plays a run to its end, or until only what never ends is left; from the beginning, or from a state. */
export function playRun(
  plan: Plan,
  outcomes: Readonly<Record<string, Outcome>> = {},
  state?: SchedulerState,
): PlayedRun {
  const scheduler = new Scheduler(plan, state);
  const dispatched: string[] = [];
  let at = START;
  const queue = [...scheduler.apply({ kind: state === undefined ? 'runStarted' : 'runContinued', at })];
  for (let command = queue.shift(); command !== undefined; command = queue.shift()) {
    if (command.kind === 'startTask' || command.kind === 'startChild') {
      const id = scheduler.idOf(command);
      dispatched.push(dispatchId(id, command));
      const event = reportOf(command, id, outcomes[id]);
      at += 1_000;
      if (event !== undefined) queue.push(...scheduler.apply({ ...event, at }));
    }
  }
  return { scheduler, dispatched };
}

function reportOf(command: SchedulerCommand & DispatchRef, id: string, outcome: Outcome = { output: id }) {
  const { task, part, undo, dispatch } = command;
  const ref = { task, ...(part !== undefined && { part }), ...(undo && { undo }), dispatch };
  switch (outcome) {
    case 'neverEnds':
      return undefined;
    case 'fails':
      return { kind: 'taskFailed', ...ref, attempts: 3, error: { type: 'Error', message: `${id} broke` } } as const;
    case 'isSkipped':
      return { kind: 'taskSkipped', ...ref, attempts: 1 } as const;
    default:
      return { kind: 'taskSucceeded', ...ref, attempts: 1, output: outcome.output } as const;
  }
}

/** `{ build: 'succeeded', … }` */
export function statesOf({ plan, tasks }: Scheduler): Record<string, string> {
  return Object.fromEntries(tasks.map(({ index, state }) => [plan.tasks[index]?.id ?? '', state]));
}
