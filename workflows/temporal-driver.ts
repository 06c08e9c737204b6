import { CancellationScope, workflowInfo } from '@temporalio/workflow';
import type { SchedulerCommand } from '../src/core/command.js';
import { type HistoryExtent, isAtAnyPrice } from '../src/core/continuation-due.js';
import { type Report, type SchedulerEvent, withTime } from '../src/core/event.js';
import { HistoryBound, isSteady } from '../src/core/history-bound.js';
import { SHARD_SIGNAL } from '../src/core/protocol.js';
import { firstFailure } from '../src/core/run-failure.js';
import type { RunOutcome } from '../src/core/run-outcome.js';
import type { Scheduler } from '../src/core/scheduler.js';
import type { RunFacts } from '../src/core/task-argument.js';
import { type DispatchRef, unitKey } from '../src/core/unit-ref.js';
import { ActivityRunner } from './activity-runner.js';
import { ChildRunner } from './child-runner.js';
import { showCurrentDetails } from './current-details.js';
import { LocalStarts } from './local-starts.js';
import type { RunEnd } from './run-end.js';
import { StartQueue } from './start-queue.js';
import { Timers } from './timers.js';
import type { ValueStore } from './value-store.js';

export interface DrivenRun {
  readonly scheduler: Scheduler;
  readonly facts: RunFacts;
  readonly values: ValueStore;
  /** Is called whenever what was reported has been handled. */
  readonly afterEvents: () => void;
}

/**
 * Drives the scheduler with Temporal: starts its activities, child workflows and timers, cancels them, and reports what came of them. It
 * decides nothing.
 */
export class TemporalDriver {
  readonly scheduler: Scheduler;
  /** Reported and not yet handled. */
  readonly #events: SchedulerEvent[] = [];
  #isBusy = false;
  #handled = 0;
  #isCancelRequested = false;
  readonly #activities: ActivityRunner;
  readonly #children: ChildRunner;
  readonly #timers: Timers;
  readonly #starts: StartQueue;
  readonly #locals: LocalStarts;
  /**
   * Whatever is started because of an event inherits the scope in which it is handled, and so does what follows from that: in the workflow's own a request
   * to cancel the run would reach compensations, too.
   */
  readonly #scope = new CancellationScope({ cancellable: false });
  /** By unit, of its last dispatch that failed, as Temporal made it. */
  readonly #failures = new Map<string, Error>();
  #resolve: (outcome: RunOutcome) => void = () => {};
  #reject: (error: unknown) => void = () => {};
  readonly #ended: Promise<RunOutcome>;
  readonly #bound: HistoryBound;
  readonly #afterEvents: () => void;

  constructor({ scheduler, facts, values, afterEvents }: DrivenRun) {
    this.scheduler = scheduler;
    this.#bound = new HistoryBound(scheduler.plan);
    this.#afterEvents = afterEvents;
    showCurrentDetails(scheduler);
    this.#ended = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const end: RunEnd = {
      report: (report) => this.#hear(report),
      broken: (error) => this.#reject(error),
      failed: (ref, error) => this.#failures.set(unitKey(ref), error),
    };
    const ofServer: RunEnd = { ...end, report: (report) => this.report(report) };
    this.#activities = new ActivityRunner(scheduler, ofServer);
    this.#children = new ChildRunner(scheduler, ofServer);
    this.#timers = new Timers(scheduler, ofServer);
    const handle = (first: () => void) => this.#handleInOwnScope(first);
    const bound = this.#bound;
    this.#locals = new LocalStarts({ scheduler, facts, bound, end, handle });
    this.#starts = new StartQueue({
      scheduler,
      facts,
      bound,
      historyBytes: () => this.extent.bytes,
      activities: this.#activities,
      children: this.#children,
      values,
      end,
      handle,
    });
  }

  /** Resolves when every task is settled. A broken invariant rejects, which fails the workflow task and not the run. */
  run(first: 'runStarted' | 'runContinued'): Promise<RunOutcome> {
    const { cancelRequested } = CancellationScope.current();
    // Cancelling the run cancels what the scheduler decides, not every activity at once.
    return CancellationScope.nonCancellable(() => {
      // In this scope, too: what the request leads to, such as a compensation, is not cancelled by it.
      cancelRequested.catch(() => {
        this.#isCancelRequested = true;
        this.report({ kind: 'runCancelRequested' });
      });
      this.report({ kind: first });
      return this.#ended;
    });
  }

  /** Whether this execution was asked to stop. */
  get isCancelRequested(): boolean {
    return this.#isCancelRequested;
  }

  /** How long this execution's history is: by its own count, unless it is so long all the same that Temporal would end it soon. */
  get extent(): Omit<HistoryExtent, 'updates'> {
    const { length } = this;
    return isSteady(this.scheduler.plan) && !isAtAnyPrice({ ...length, updates: 0 }) ? this.#bound.extent : length;
  }

  /** As Temporal says. */
  get length(): Omit<HistoryExtent, 'updates'> {
    const { historyLength, historySize } = workflowInfo();
    return { events: historyLength, bytes: historySize };
  }

  /** How many events the scheduler was told. */
  get handledEvents(): number {
    return this.#handled;
  }

  /** The error of the unit whose failure was the first to count, as Temporal made it: the cause of the run's failure. Unknown of an earlier execution. */
  get firstFailure(): Error | undefined {
    const unit = firstFailure(this.scheduler);
    return unit && this.#failures.get(unitKey(unit.ref));
  }

  /** Something is wrong with this code: fails the workflow task. */
  fail(error: unknown): void {
    this.#reject(error);
  }

  /** To be called with what the server had to tell. */
  report(event: Report): void {
    this.#locals.beginTask();
    this.#hear(event);
  }

  /** What an event leads to may be another event; that one waits until all commands of the first are carried out. */
  #hear(event: Report): void {
    this.#events.push(withTime(event, Date.now()));
    if (!this.#isBusy) this.#handleInOwnScope(() => {});
  }

  /** What was started in the driver's scope reports in it: then there is nothing to enter, which would cost promises for each event. */
  #handleInOwnScope(first: () => void): void {
    if (CancellationScope.current() === this.#scope) this.#handle(first);
    else void this.#scope.run(async () => this.#handle(first)); // which begins at once, and catches what goes wrong
  }

  /** Carries out what `first` asks for, then handles the events that came of it. */
  #handle(first: () => void): void {
    this.#isBusy = true;
    try {
      first();
      for (let event = this.#events.shift(); event !== undefined; event = this.#events.shift()) {
        this.#handled++;
        this.#bound.tell(event);
        for (const command of this.scheduler.apply(event)) this.#execute(command);
      }
      this.#locals.goOn();
      this.#afterEvents();
    } catch (error) {
      this.#reject(error);
    } finally {
      this.#isBusy = false;
    }
    if (this.#events.length > 0) this.#handle(() => {});
  }

  #execute(command: SchedulerCommand): void {
    this.#bound.command(command);
    switch (command.kind) {
      case 'startTask':
        if (this.#locals.takes(command)) this.#locals.start(command);
        else this.#starts.start(command);
        break;
      case 'startChild':
        this.#starts.start(command);
        break;
      case 'cancelTask':
        this.#cancel(command);
        break;
      case 'startTimer':
        this.#timers.start(command);
        break;
      case 'cancelTimer':
        this.#timers.cancel(command);
        break;
      case 'tellShard':
        this.#children.tell(command, SHARD_SIGNAL, command.told);
        break;
      case 'endRun':
        this.#resolve(command.outcome);
        break;
    }
  }

  #cancel(command: DispatchRef): void {
    if (this.#starts.cancel(command) || this.#locals.cancel(command)) return;
    this.#activities.cancel(command);
    this.#children.cancel(command);
  }
}
