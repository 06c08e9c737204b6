import { sleep } from '@temporalio/workflow';
import type { HistoryBound } from '../src/core/history-bound.js';
import { largestLocalOutput } from '../src/core/local-limits.js';
import { optionsOf, taskAt } from '../src/core/plan.js';
import type { Scheduler } from '../src/core/scheduler.js';
import { type RunFacts, type StartTask, taskArgument } from '../src/core/task-argument.js';
import { type DispatchRef, dispatchOf, unitKey } from '../src/core/unit-ref.js';
import { LocalActivityRunner, type NextAttempt } from './local-activity-runner.js';
import { LocalBudget, type Room } from './local-budget.js';
import type { RunEnd } from './run-end.js';
import { WaitingStarts } from './waiting-starts.js';

type NoRoom = Exclude<Room, 'now'>;
type Start = StartTask | NextAttempt;

/** The run whose local activities are started. */
export interface LocalRun {
  readonly scheduler: Scheduler;
  readonly facts: RunFacts;
  readonly bound: HistoryBound;
  readonly end: RunEnd;
  /** Does what it is given as an event's commands are carried out. */
  readonly handle: (first: () => void) => void;
}

/** Starts dispatches as local activities, as many as the present workflow task can hold; when it can hold no more, it ends that. */
export class LocalStarts {
  readonly #run: LocalRun;
  readonly #activities: LocalActivityRunner;
  readonly #budget = new LocalBudget();
  readonly #waiting = new WaitingStarts<Start, NoRoom>(
    (start) => this.#tryToStart(start),
    (room) => this.#waitForRoom(room),
  );
  /** Units that this worker can't serve: another may, and only an activity gets there. */
  readonly #elsewhere = new Set<string>();
  #isEndingTask = false;

  constructor(run: LocalRun) {
    this.#run = run;
    const { scheduler, end } = run;
    const ofActivities: RunEnd = {
      ...end,
      report: (report) => {
        if (report.kind === 'taskUnserved') this.#elsewhere.add(unitKey(report));
        end.report(report);
      },
    };
    this.#activities = new LocalActivityRunner(scheduler, ofActivities, {
      // It takes no room meanwhile, which may be long.
      backsOff: () => {
        run.bound.retry();
        run.handle(() => {});
      },
      isDue: (attempt) => {
        this.beginTask(); // a timer has elapsed
        this.#run.handle(() => this.#waiting.start(attempt));
      },
    });
  }

  /** Whether the dispatch is to run as a local activity. */
  takes(command: StartTask): boolean {
    const { plan } = this.#run.scheduler;
    const { placement } = optionsOf(plan, taskAt(plan, command.task));
    return placement === 'local' && !this.#elsewhere.has(unitKey(command));
  }

  start(command: StartTask): void {
    this.#waiting.start(command);
  }

  /** Returns whether it was waiting still; that it is cancelled is reported then. */
  cancel(dispatch: DispatchRef): boolean {
    const wasWaiting = this.#waiting.remove(dispatch);
    if (this.#activities.cancel(dispatch) || !wasWaiting) return false; // a next attempt that was waiting is known there
    const { end, scheduler } = this.#run;
    end.report({ kind: 'taskCancelled', ...dispatchOf(dispatch), attempts: scheduler.unit(dispatch).attempts });
    return true;
  }

  /** The run has heard from the server, as it does at the beginning of a workflow task alone. */
  beginTask(): void {
    this.#budget.renew();
  }

  /** To be called when events have been handled: what has ended may have made room. */
  goOn(): void {
    this.#waiting.goOn();
  }

  #tryToStart(start: Start): NoRoom | undefined {
    const largest = largestLocalOutput(start.call);
    const landed = (bytes = largest) => {
      this.#budget.land(largest, bytes);
      this.#run.bound.add(bytes);
    };
    if (start.kind === 'nextAttempt') return this.#inRoom(largest, () => start.begin(landed));
    const { scheduler, facts } = this.#run;
    // However large: it is in no message to the server.
    const begin = () => this.#activities.start(start, taskArgument(scheduler, start, facts), landed);
    return this.#inRoom(largest, begin);
  }

  #inRoom(bytes: number, begin: () => void): NoRoom | undefined {
    const room = this.#budget.take(bytes);
    if (room !== 'now') return room;
    begin();
    return undefined;
  }

  #waitForRoom(room: NoRoom): void {
    if (room !== 'next' || this.#isEndingTask) return;
    this.#isEndingTask = true;
    // The shortest timer ends this workflow task, when what is in flight has ended.
    void sleep(1).then(() => {
      this.#isEndingTask = false;
      this.beginTask();
      this.#run.handle(() => {});
    }, this.#run.end.broken);
  }
}
