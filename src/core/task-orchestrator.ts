import type { Cause, TaskError } from './cause.js';
import type { TaskEvent } from './event.js';
import type { Json } from './json.js';
import { isSettled, type SettledState, type TaskState } from './task-state.js';

/** First wait, and the longest, before a task that no worker could serve is dispatched again; in milliseconds. */
const UNSERVED_BACKOFF = { initial: 1_000, maximum: 60_000 };

/**
 * Carries one task through its life: counts down its needs, numbers its dispatches and attempts, and keeps what came
 * of it. It knows nothing of other tasks; the scheduler tells it what happened and reads its state.
 */
export class TaskOrchestrator {
  readonly index: number;
  #state: TaskState = 'pending';
  #unsettledNeeds: number;
  #dispatch = 0;
  #unservedInARow = 0;
  #cancelRequest: Cause | undefined;
  /** Attempts used by all dispatches so far. */
  attempts = 0;
  output: Json | undefined;
  cause: Cause | undefined;
  /** When it was first dispatched, in milliseconds since the epoch. */
  scheduledAt: number | undefined;
  /** When it settled, in milliseconds since the epoch. */
  settledAt: number | undefined;

  constructor(index: number, needCount: number) {
    this.index = index;
    this.#unsettledNeeds = needCount;
  }

  get state(): TaskState {
    return this.#state;
  }

  /** The number of the latest dispatch, from 1; 0 before the first. */
  get dispatchCount(): number {
    return this.#dispatch;
  }

  get isReady(): boolean {
    return this.#unsettledNeeds === 0 && (this.#state === 'pending' || this.#state === 'waiting');
  }

  /** One of its needs has succeeded. */
  countDownNeed(): void {
    this.#unsettledNeeds--;
  }

  /** A report on an older dispatch, or on a task that has settled since, changes nothing. */
  isCurrent(event: TaskEvent): boolean {
    return event.dispatch === this.#dispatch && !isSettled(this.#state);
  }

  dispatch(at: number): { dispatch: number; attemptsUsed: number } {
    this.#dispatch++;
    this.#state = 'running';
    this.cause = undefined;
    this.scheduledAt ??= at;
    return { dispatch: this.#dispatch, attemptsUsed: this.attempts };
  }

  /** Asked to stop while running: however it ends now, short of success, counts as cancelled because of `cause`. */
  requestCancel(cause: Cause): void {
    this.#cancelRequest = cause;
  }

  succeed(at: number, output: Json | undefined, attempts: number): void {
    this.output = output;
    this.attempts = attempts;
    this.#settle('succeeded', at);
  }

  /** Its handler failed for good. Returns whether that is a failure: after a request to cancel it is not. */
  fail(at: number, error: TaskError, attempts: number): boolean {
    this.attempts = attempts;
    if (this.#cancelRequest !== undefined) {
      this.#settle('cancelled', at, this.#cancelRequest);
      return false;
    }
    this.#settle('failed', at, { kind: 'error', error });
    return true;
  }

  /** No worker that fits took it. Returns the delay in milliseconds after which to try again. */
  waitForWorker(reason: string, attempts: number): number {
    this.attempts = attempts;
    this.#state = 'waiting';
    this.cause = { kind: 'unserved', reason };
    this.#unservedInARow++;
    return Math.min(UNSERVED_BACKOFF.initial * 2 ** (this.#unservedInARow - 1), UNSERVED_BACKOFF.maximum);
  }

  /** Settles it without its own doing: a failure upstream, or the run's end. */
  giveUp(at: number, state: 'upstream_failed' | 'cancelled', cause: Cause): void {
    this.#settle(state, at, cause);
  }

  #settle(state: SettledState, at: number, cause?: Cause): void {
    this.#state = state;
    this.cause = cause;
    this.settledAt = at;
  }
}
