import type { Cause, TaskError } from './cause.js';
import type { TaskEvent } from './event.js';
import type { Json } from './json.js';
import type { SettledState, TaskState } from './task-state.js';
import type { NeedOutcome, NeedTally } from './trigger-rule.js';

/**
 * The waits before a task that no worker could serve is dispatched again; in milliseconds. They grow slowly: beside a worker that fits, an
 * older one can be handed the same task several times in a row.
 */
const UNSERVED_BACKOFF = { initial: 1_000, coefficient: 1.5, maximum: 60_000 };

/**
 * Carries one task through its life: counts down its needs, numbers its dispatches and attempts, and keeps what came
 * of it. It knows nothing of other tasks; the scheduler tells it what happened and reads its state.
 */
export class TaskOrchestrator {
  readonly index: number;
  /** How the tasks that it needs have ended. */
  readonly needs: NeedTally;
  readonly allowsFailure: boolean;
  #isTriggered = false;
  #state: TaskState = 'pending';
  #dispatch = 0;
  #unservedInARow = 0;
  #isBackingOff = false;
  #cancelRequest: Cause | undefined;
  /** Attempts used by all dispatches so far. */
  attempts = 0;
  output: Json | undefined;
  /** Failed, itself or because of another, in a way that does not fail the run. */
  isFailureAllowed = false;
  cause: Cause | undefined;
  /** When it was first dispatched, in milliseconds since the epoch. */
  scheduledAt: number | undefined;
  /** When it settled, in milliseconds since the epoch. */
  settledAt: number | undefined;

  constructor(index: number, needs: NeedTally, allowsFailure = false) {
    this.index = index;
    this.needs = needs;
    this.allowsFailure = allowsFailure;
  }

  get state(): TaskState {
    return this.#state;
  }

  /** The number of the latest dispatch, from 1; 0 before the first. */
  get dispatchCount(): number {
    return this.#dispatch;
  }

  get isReady(): boolean {
    if (this.#state === 'waiting') return !this.#isBackingOff;
    return this.#state === 'pending' && this.#isTriggered;
  }

  /** Whether its rule has not decided yet. */
  get isUndecided(): boolean {
    return this.#state === 'pending' && !this.#isTriggered;
  }

  /** Its rule lets it run. */
  trigger(): void {
    this.#isTriggered = true;
  }

  /** How it ended, as the rules of its dependents see it; to be asked when it is settled. */
  get needOutcome(): NeedOutcome {
    switch (this.#state) {
      case 'succeeded':
      case 'skipped':
        return this.#state;
      default:
        return this.isFailureAllowed ? 'allowed_failure' : 'failed';
    }
  }

  /** A report on an older dispatch, a second one, or one on a task that has settled since, changes nothing. */
  isCurrent(event: TaskEvent): boolean {
    return (
      event.dispatch === this.#dispatch && this.#state === (event.kind === 'backoffElapsed' ? 'waiting' : 'running')
    );
  }

  /** Why it was asked to stop while running. */
  get cancelRequest(): Cause | undefined {
    return this.#cancelRequest;
  }

  /** Whether the driver's timer for it runs; a task whose backoff has elapsed may still wait for a free place. */
  get isBackingOff(): boolean {
    return this.#isBackingOff;
  }

  dispatch(at: number): { dispatch: number; attemptsUsed: number } {
    this.#dispatch++;
    this.#state = 'running';
    this.cause = undefined;
    this.scheduledAt ??= at;
    return { dispatch: this.#dispatch, attemptsUsed: this.attempts };
  }

  /** Asked to stop while running: however it ends now, other than in success or a skip, counts as cancelled because of `cause`. */
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
    this.isFailureAllowed = this.allowsFailure;
    this.#settle('failed', at, { kind: 'error', error });
    return true;
  }

  /** Its `when` said no. */
  skip(at: number, attempts: number): void {
    this.attempts = attempts;
    this.#settle('skipped', at, { kind: 'condition' });
  }

  /** No worker that fits took it. Returns the delay in milliseconds after which to try again. */
  waitForWorker(reason: string, attempts: number): number {
    this.attempts = attempts;
    this.#state = 'waiting';
    this.cause = { kind: 'unserved', reason };
    this.#unservedInARow++;
    this.#isBackingOff = true;
    const { initial, coefficient, maximum } = UNSERVED_BACKOFF;
    return Math.min(Math.round(initial * coefficient ** (this.#unservedInARow - 1)), maximum);
  }

  endBackoff(): void {
    this.#isBackingOff = false;
  }

  /** Settles it without its own doing: a failure upstream, or the run's end. */
  giveUp(at: number, state: 'upstream_failed' | 'skipped' | 'cancelled', cause: Cause): void {
    this.#settle(state, at, cause);
  }

  #settle(state: SettledState, at: number, cause?: Cause): void {
    this.#state = state;
    this.cause = cause;
    this.settledAt = at;
  }
}
