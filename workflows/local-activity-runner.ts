import {
  ActivityCancellationType,
  ActivityFailure,
  CancellationScope,
  type LocalActivityOptions,
  proxyLocalActivities,
  proxySinks,
  sleep,
  TemporalFailure,
  workflowInfo,
} from '@temporalio/workflow';
import { type ActivityFailureView, reportFailure } from '../src/core/attempt-report.js';
import { payloadSize } from '../src/core/payload-size.js';
import { optionsOf, type TaskOptionsPlan, taskAt } from '../src/core/plan.js';
import type { TaskArgument, WorkerCalls } from '../src/core/protocol.js';
import { retryDelay } from '../src/core/retry-delay.js';
import type { Scheduler } from '../src/core/scheduler.js';
import type { StartTask } from '../src/core/task-argument.js';
import { readReply } from '../src/core/task-reply.js';
import { dispatchId } from '../src/core/unit-id.js';
import { type DispatchRef, dispatchKey, dispatchOf } from '../src/core/unit-ref.js';
import type { RunEnd } from './run-end.js';

/** Is called when an attempt has ended, before that is reported, with the bytes of its result; without, if it failed. */
type Landed = (bytes?: number) => void;

/** The next attempt of a dispatch that failed. */
export interface NextAttempt extends DispatchRef {
  readonly kind: 'nextAttempt';
  readonly call: StartTask['call'];
  readonly begin: (landed: Landed) => void;
}

/** Is told of the attempts between the first and the last. */
export interface Retries {
  /** One has failed, and its dispatch waits for the next. */
  readonly backsOff: () => void;
  readonly isDue: (attempt: NextAttempt) => void;
}

/** A dispatch that runs, or waits for its next attempt. */
interface InFlight {
  readonly command: StartTask;
  readonly argument: TaskArgument;
  readonly options: TaskOptionsPlan;
  /** When it was started, in milliseconds since the epoch. */
  readonly since: number;
  /** By which it can be asked to stop. History has nothing of it, so it may be another in a replay, which a request of before must not reach. */
  readonly name: string;
  /** Of the timer between two attempts. */
  backoff: CancellationScope | undefined;
  landed: Landed;
  attempt: number;
  isBackingOff: boolean;
  isAskedToStop: boolean;
}

type Ended = { readonly result: unknown } | { readonly error: unknown };

/**
 * Runs dispatches as Temporal's local activities: in the worker that has the run, within its workflow task.
 *
 * The ends that came one after the other come together in a replay, in the same order. So whatever one of them leads to must, in runs before protocol 4 (see
 * `Hearing`), be done in the same turn of the event loop in which it is heard of, and each must be heard of after as many turns: as many as those to an
 * order whose value was checked by a local activity. That is also why attempts are repeated here and not by the SDK, which starts the timer between two of them earlier.
 */
export class LocalActivityRunner {
  readonly #scheduler: Scheduler;
  readonly #end: RunEnd;
  readonly #retries: Retries;
  readonly #inFlight = new Map<string, InFlight>();

  constructor(scheduler: Scheduler, end: RunEnd, retries: Retries) {
    this.#scheduler = scheduler;
    this.#end = end;
    this.#retries = retries;
  }

  start(command: StartTask, argument: TaskArgument, landed: Landed): void {
    const { plan } = this.#scheduler;
    const options = optionsOf(plan, taskAt(plan, command.task));
    const started: InFlight = {
      command,
      argument,
      options,
      since: Date.now(),
      name: `${this.#idOf(command)} ${workflowInfo().unsafe.now()}`,
      landed,
      backoff: undefined,
      attempt: 1,
      isBackingOff: false,
      isAskedToStop: false,
    };
    this.#inFlight.set(dispatchKey(command), started);
    this.#attempt(started, options.scheduleToCloseTimeout ?? Number.POSITIVE_INFINITY);
  }

  /**
   * One that runs is asked to stop in its worker, see `LocalStops`. One that waits for its next attempt ends at once, since history has nothing of how a timer is cancelled
   * in between. Returns whether there is one.
   */
  cancel(dispatch: DispatchRef): boolean {
    const started = this.#inFlight.get(dispatchKey(dispatch));
    if (started === undefined) return false;
    started.isAskedToStop = true;
    if (!started.isBackingOff) {
      proxySinks<WorkerCalls>().pawl.stopLocal(started.name);
      return true;
    }
    started.backoff?.cancel();
    this.#inFlight.delete(dispatchKey(dispatch));
    this.#end.report({ kind: 'taskCancelled', ...dispatchOf(dispatch), attempts: started.command.attemptsUsed });
    return true;
  }

  /** @param left milliseconds that all attempts may still take */
  #attempt(started: InFlight, left: number): void {
    const { command, argument, options, name, attempt } = started;
    const { plan } = this.#scheduler;
    const activities = proxyLocalActivities<Record<string, (argument: TaskArgument) => Promise<unknown>>>({
      ...localOptions(options, left),
      // The client reads it when it rebuilds a run from history: what a local activity leaves there has no id of its own.
      summary: this.#idOf(command),
    });
    const attemptsUsed = command.attemptsUsed + attempt - 1;
    const told = { ...argument, pawl: { ...argument.pawl, attemptsUsed, dispatch: name } };
    const type = `${plan.workflow}.${taskAt(plan, command.task).id}`;
    // In no scope of its own, which would cost three promises: it is not cancelled by Temporal's request.
    void (activities[type]?.(told) ?? Promise.reject(new Error('no activity')))
      .then(
        (result): Ended => ({ result }),
        (error: unknown): Ended => ({ error }),
      )
      .then((ended) => ended) // as many turns as through a scope
      .then((ended) => this.#hear(started, ended))
      .catch(this.#end.broken);
  }

  #hear(started: InFlight, ended: Ended): void {
    const { command, attempt } = started;
    const attemptsUsed = command.attemptsUsed + attempt - 1;
    if ('result' in ended) {
      this.#land(started, payloadSize(ended.result));
      this.#end.report({ ...dispatchOf(command), ...readReply(ended.result, attemptsUsed) });
      return;
    }
    const failure = readFailure(ended.error);
    if (failure === undefined) {
      this.#end.broken(ended.error); // not how an activity ends: something is wrong with this code
    } else if (!this.#tryAgain(started, failure)) {
      this.#land(started, undefined);
      const report = reportFailure(failure, false, { attemptsUsed, attemptsLeft: 1 });
      if (report.kind === 'taskFailed') this.#end.failed(command, ended.error as Error);
      this.#end.report({ ...report, ...dispatchOf(command) });
    }
  }

  /** Returns whether there is another attempt. */
  #tryAgain(started: InFlight, failure: ActivityFailureView): boolean {
    const { command, options, since, attempt } = started;
    const backoff = retryDelay(options.retry, failure, attempt, command.attemptsLeft);
    if (backoff === undefined || started.isAskedToStop) return false;
    const { scheduleToCloseTimeout: all = Number.POSITIVE_INFINITY } = options;
    const left = all - (Date.now() - since);
    // Time may be another in a replay: it decides for how long something goes on, and nothing else. Where none is left, the next attempt has the least.
    const delay = Math.max(1, Math.min(backoff, left));
    started.isBackingOff = true;
    started.landed();
    const next: NextAttempt = {
      ...dispatchOf(command),
      kind: 'nextAttempt',
      call: command.call,
      begin: (landed) => {
        started.isBackingOff = false;
        started.attempt++;
        started.landed = landed;
        this.#attempt(started, Math.max(1, left - delay));
      },
    };
    started.backoff = new CancellationScope();
    void started.backoff
      .run(() => sleep(delay, { summary: `${this.#idOf(command)} retry` }))
      .then(
        // If it was cancelled in the turns since the timer elapsed, that is reported.
        () => this.#inFlight.get(dispatchKey(command)) === started && this.#retries.isDue(next),
        () => {}, // it was cancelled, which is reported
      )
      .catch(this.#end.broken);
    this.#retries.backsOff();
    return true;
  }

  #land({ command, landed }: InFlight, bytes: number | undefined): void {
    this.#inFlight.delete(dispatchKey(command));
    landed(bytes);
  }

  #idOf(command: DispatchRef): string {
    return dispatchId(this.#scheduler.idOf(command), command);
  }
}

/** A failure of a local activity comes as it is, a timeout and a cancellation in an ActivityFailure. */
function readFailure(error: unknown): ActivityFailureView | undefined {
  if (!(error instanceof TemporalFailure)) return undefined;
  return ((error instanceof ActivityFailure && error.cause) || error) as ActivityFailureView; // an Error has name, message and stack
}

function localOptions({ startToCloseTimeout }: TaskOptionsPlan, left: number): LocalActivityOptions {
  return {
    startToCloseTimeout,
    ...(Number.isFinite(left) && { scheduleToCloseTimeout: left }),
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { maximumAttempts: 1 },
  };
}
