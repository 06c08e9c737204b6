import type { CachedFrom } from './cached-column.js';
import type { Cause, TaskError } from './cause.js';
import type { UnitEvent } from './event.js';
import type { Json } from './json.js';
import type { Step } from './step.js';
import { isSettled, type SettledState, type TaskState } from './task-state.js';
import type { NeedOutcome } from './trigger-rule.js';
import type { UnitRef } from './unit-ref.js';

/**
 * The waits before a task that no worker could serve is dispatched again; in milliseconds. They grow slowly: beside a worker that fits, an
 * older one can be handed the same task several times in a row.
 */
const UNSERVED_BACKOFF = { initial: 1_000, coefficient: 1.5, maximum: 60_000 };

/** What a unit waits for, when the driver's timer runs for it. */
export type TimerKind = 'backoff' | 'wait' | 'hold';

/**
 * Carries one unit of work through its life: its steps, dispatches, attempts, waits and holds, and what came of it. It knows nothing
 * of others; the scheduler tells it what happened and reads its state.
 */
export class TaskOrchestrator {
  readonly ref: UnitRef;
  readonly allowsFailure: boolean;
  readonly #steps: readonly Step[];
  #step = 0;
  #isTriggered = false;
  #state: TaskState = 'pending';
  #dispatch = 0;
  #isInFlight = false;
  #unservedInARow = 0;
  #forgivenAttempts = 0;
  #timer: TimerKind | undefined;
  #until: number | undefined;
  #cancelRequest: Cause | undefined;
  /** Attempts used by all dispatches so far. */
  attempts = 0;
  /** What it made; before a child workflow starts, what that is given. */
  output: Json | undefined;
  /** The run that made its output, where that was found in the cache. */
  cached: CachedFrom | undefined;
  /** In a rerun: it had been undone, so that to do it is nothing that was done before, and its idempotency key is another. */
  isDoneAnew = false;
  /** Failed, itself or because of another, in a way that does not fail the run. */
  isFailureAllowed = false;
  cause: Cause | undefined;
  /** When it was first dispatched, in milliseconds since the epoch. */
  scheduledAt: number | undefined;
  /** When it settled, in milliseconds since the epoch. */
  settledAt: number | undefined;

  constructor(ref: UnitRef, steps: readonly Step[], allowsFailure = false) {
    this.ref = ref;
    this.#steps = steps;
    this.allowsFailure = allowsFailure;
  }

  /** Of its task in the plan. */
  get index(): number {
    return this.ref.task;
  }

  get state(): TaskState {
    return this.#state;
  }

  get isSettled(): boolean {
    return isSettled(this.#state);
  }

  /** The number of the latest dispatch, from 1; 0 before the first. To begin to wait is one as well. */
  get dispatchCount(): number {
    return this.#dispatch;
  }

  /** What it does now, or next. */
  get step(): Step {
    return this.#steps[this.#step] ?? 'run';
  }

  /** Whether an activity or a child workflow runs for it. */
  get isInFlight(): boolean {
    return this.#isInFlight;
  }

  /** Whether it can be dispatched, or begin to wait. */
  get isReady(): boolean {
    if (this.#state === 'waiting') return this.isUnserved && this.#timer === undefined;
    return this.#state === 'pending' && this.#isTriggered;
  }

  /** Whether its rule has not decided yet. */
  get isUndecided(): boolean {
    return this.#state === 'pending' && !this.#isTriggered;
  }

  /** Whether it waits for a worker, not for a decision, a value or a time. */
  get isUnserved(): boolean {
    return this.#state === 'waiting' && this.cause?.kind === 'unserved';
  }

  /** Whether it waits for a decision, a value or a time. */
  get isWaiting(): boolean {
    return this.#state === 'waiting' && !this.isUnserved;
  }

  get timer(): TimerKind | undefined {
    return this.#timer;
  }

  /** When its timer elapses, in milliseconds since the epoch. */
  get until(): number | undefined {
    return this.#until;
  }

  /** Why it was asked to stop while running. */
  get cancelRequest(): Cause | undefined {
    return this.#cancelRequest;
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

  /** Its rule lets it run. */
  trigger(): void {
    this.#isTriggered = true;
  }

  /** A report on an older dispatch, a second one, or one on a unit that has settled since, changes nothing. */
  isCurrent(event: UnitEvent): boolean {
    if (event.dispatch !== this.#dispatch) return false;
    return event.kind === 'timerElapsed' ? this.#timer !== undefined : this.#isInFlight;
  }

  /** Of so many that its `retry` allows (0: without limit), how many are left to the next dispatch. */
  attemptsLeft(maximum: number): number {
    return maximum === 0 ? 0 : Math.max(1, maximum - (this.attempts - this.#forgivenAttempts));
  }

  dispatch(at: number): number {
    this.#dispatch++;
    this.#isInFlight = true;
    this.#state = 'running';
    this.cause = undefined;
    this.cached = undefined;
    this.scheduledAt ??= at;
    return this.#dispatch;
  }

  /** Its step came to an end; the next one is for the scheduler to say. */
  land(attempts: number): void {
    this.#isInFlight = false;
    this.attempts = attempts;
  }

  /** Nobody waits any more for what runs for it. */
  abandon(): void {
    this.#isInFlight = false;
  }

  /** Returns whether there is a next step, for which it is ready then. */
  nextStep(output: Json | undefined): boolean {
    if (this.#step + 1 >= this.#steps.length) return false;
    this.#step++;
    this.output = output;
    this.#state = 'pending';
    return true;
  }

  /** Waits for a decision, a value or a time; `until` in milliseconds since the epoch, if not without end. */
  beginWait(at: number, until: number | undefined): number {
    this.#dispatch++;
    this.#state = 'waiting';
    this.cause = undefined;
    this.scheduledAt ??= at;
    this.#setTimer(until === undefined ? undefined : 'wait', until);
    return this.#dispatch;
  }

  /** No worker that fits took it. Returns the delay in milliseconds after which to try again. */
  waitForWorker(at: number, reason: string): number {
    this.#state = 'waiting';
    this.cause = { kind: 'unserved', reason };
    this.#unservedInARow++;
    const { initial, coefficient, maximum } = UNSERVED_BACKOFF;
    const delay = Math.min(Math.round(initial * coefficient ** (this.#unservedInARow - 1)), maximum);
    this.#setTimer('backoff', at + delay);
    return delay;
  }

  /** Failed, and kept for an operator. */
  hold(error: TaskError, until: number | undefined): void {
    this.#state = 'held';
    this.cause = { kind: 'error', error };
    this.#setTimer(until === undefined ? undefined : 'hold', until);
  }

  endTimer(): void {
    this.#setTimer(undefined, undefined);
  }

  /** An operator wants it tried anew, from its first step: it has all its attempts again. */
  retry(): void {
    if (this.#step > 0) this.output = undefined;
    this.#step = 0;
    this.#isInFlight = false;
    this.#isTriggered = true;
    this.#forgivenAttempts = this.attempts;
    this.#cancelRequest = undefined;
    this.#state = 'pending';
    this.cause = undefined;
    this.endTimer();
  }

  /** Asked to stop while running, the first time counts: however it ends now, other than in success or a skip, counts as cancelled because of `cause`. */
  requestCancel(cause: Cause): void {
    this.#cancelRequest ??= cause;
  }

  settle(state: SettledState, at: number, cause?: Cause): void {
    this.#state = state;
    this.#isInFlight = false;
    this.cause = cause;
    this.settledAt = at;
    this.endTimer();
  }

  /** What of it is not to be seen from outside, and must not be lost when its run continues as new. */
  saveProgress(): UnitProgress {
    return {
      ...(this.#step > 0 && { step: this.#step }),
      ...(this.#isTriggered && !this.isSettled && { triggered: 1 }),
      ...(this.#dispatch !== 1 && { dispatch: this.#dispatch }),
      ...(this.#unservedInARow > 0 && { unserved: this.#unservedInARow }),
      ...(this.#forgivenAttempts > 0 && { forgiven: this.#forgivenAttempts }),
      ...(this.#timer !== undefined && { timer: this.#timer }),
      ...(this.isFailureAllowed && { allowed: 1 }),
      ...(this.isDoneAnew && { anew: 1 }),
      ...(this.#cancelRequest !== undefined && !this.isSettled && { asked: this.#cancelRequest }),
    };
  }

  restore(saved: SavedUnit): void {
    const { progress } = saved;
    this.#state = saved.state;
    this.attempts = saved.attempts;
    this.output = saved.output;
    this.cached = saved.cached;
    this.cause = saved.cause;
    this.scheduledAt = saved.scheduledAt;
    this.settledAt = saved.settledAt;
    this.#step = progress.step ?? 0;
    this.#isTriggered = progress.triggered === 1;
    this.#dispatch = progress.dispatch ?? 1;
    this.#unservedInARow = progress.unserved ?? 0;
    this.#forgivenAttempts = progress.forgiven ?? 0;
    this.#setTimer(progress.timer, saved.until);
    this.isFailureAllowed = progress.allowed === 1;
    this.isDoneAnew = progress.anew === 1;
    this.#cancelRequest = progress.asked;
  }

  #setTimer(timer: TimerKind | undefined, until: number | undefined): void {
    this.#timer = timer;
    this.#until = until;
  }
}

/** What is left out has its usual value: the first step, not triggered, one dispatch. */
export interface UnitProgress {
  readonly step?: number;
  readonly triggered?: 1;
  readonly dispatch?: number;
  readonly unserved?: number;
  readonly forgiven?: number;
  readonly timer?: TimerKind;
  readonly allowed?: 1;
  readonly anew?: 1;
  /** Of a map whose items have not all ended since it was asked to stop. */
  readonly asked?: Cause;
}

export interface SavedUnit {
  readonly state: TaskState;
  readonly attempts: number;
  readonly output: Json | undefined;
  readonly cached: CachedFrom | undefined;
  readonly cause: Cause | undefined;
  readonly scheduledAt: number | undefined;
  readonly settledAt: number | undefined;
  readonly until: number | undefined;
  readonly progress: UnitProgress;
}

/** What an operator cancelled is missing like what failed. */
export function isFailure({ state, cause }: TaskOrchestrator): boolean {
  return state === 'failed' || (state === 'cancelled' && cause?.kind === 'operator');
}
