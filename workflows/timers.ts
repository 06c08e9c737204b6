import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';
import type { SchedulerCommand } from '../src/core/command.js';
import type { Scheduler } from '../src/core/scheduler.js';
import { type DispatchRef, dispatchKey, dispatchOf } from '../src/core/unit-ref.js';
import type { RunEnd } from './run-end.js';

type StartTimer = Extract<SchedulerCommand, { kind: 'startTimer' }>;

/** Runs the scheduler's timers as Temporal's. */
export class Timers {
  readonly #scheduler: Scheduler;
  readonly #end: RunEnd;
  readonly #scopes = new Map<string, CancellationScope>();

  constructor(scheduler: Scheduler, end: RunEnd) {
    this.#scheduler = scheduler;
    this.#end = end;
  }

  start(command: StartTimer): void {
    const scope = new CancellationScope();
    const key = dispatchKey(command);
    this.#scopes.set(key, scope);
    // The client reads it when it rebuilds a run from history: a timer's event does not say whose it is.
    const summary = `${this.#scheduler.idOf(command)}#${command.dispatch} ${command.timer}`;
    void scope
      .run(() => sleep(command.delay, { summary }))
      .then(
        () => {
          this.#scopes.delete(key);
          this.#end.report({ kind: 'timerElapsed', ...dispatchOf(command) });
        },
        (error: unknown) => {
          if (!isCancellation(error)) this.#end.broken(error);
        },
      );
  }

  cancel(dispatch: DispatchRef): void {
    const key = dispatchKey(dispatch);
    this.#scopes.get(key)?.cancel();
    this.#scopes.delete(key);
  }
}
