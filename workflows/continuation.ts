import { CancellationScope, isCancellation, sleep, workflowInfo } from '@temporalio/workflow';
import {
  type ContinuationDue,
  type HistoryExtent,
  isAtAnyPrice,
  isExhausted,
  PATIENCE_SUMMARY,
} from '../src/core/continuation-due.js';
import type { Report } from '../src/core/event.js';

/** Milliseconds to wait for what is in flight. */
const PATIENCE = 30_000;

export interface ContinuationRun {
  /** Activities and child workflows that run now. */
  readonly inFlight: () => number;
  /** How long its history is by its own count, and as Temporal says. */
  readonly extent: () => Omit<HistoryExtent, 'updates'>;
  readonly length: () => Omit<HistoryExtent, 'updates'>;
  readonly isCancelRequested: () => boolean;
  readonly report: (report: Report) => void;
  readonly broken: (error: unknown) => void;
  readonly due: ContinuationDue;
}

/** Lets a run come to rest when its history has grown long, so that it can continue as new. */
export class Continuation {
  readonly #run: ContinuationRun;
  readonly #due: ContinuationDue;
  #updates = 0;
  #patience: CancellationScope | undefined;
  #isDraining = false;
  #isAtRest = false;

  constructor(run: ContinuationRun) {
    this.#run = run;
    this.#due = run.due;
  }

  /** Whether nothing is in flight and nothing starts any more, so that the next execution can take over. */
  get isAtRest(): boolean {
    return this.#isAtRest;
  }

  get isExhausted(): boolean {
    return isExhausted(this.#length());
  }

  countUpdate(): void {
    this.#updates++;
  }

  /** To be called after events. */
  consider(): void {
    // Under a cron schedule the next firing would begin with the state of the last execution.
    if (workflowInfo().cronSchedule) return;
    const isDue = this.#due.isPassedBy(this.#extent(), this.#run.isCancelRequested());
    if (!this.#isDraining && isDue) this.#drain();
    if (this.#isDraining && !isDue) this.putOff(); // it was asked to stop since
    if (this.#isDraining && this.#run.inFlight() === 0) {
      this.#isAtRest = true;
      this.#patience?.cancel();
    }
  }

  /** The run can't be carried over as it is now: go on, and try again later. */
  putOff(): void {
    this.#isAtRest = false;
    this.#isDraining = false;
    this.#due.putOff(this.#extent());
    this.#patience?.cancel();
    this.#run.report({ kind: 'drainEnded' });
  }

  #extent(): HistoryExtent {
    return { ...this.#run.extent(), updates: this.#updates };
  }

  #length(): HistoryExtent {
    return { ...this.#run.length(), updates: this.#updates };
  }

  #drain(): void {
    this.#isDraining = true;
    this.#run.report({ kind: 'drainStarted' });
    if (this.#run.inFlight() === 0 || isAtAnyPrice(this.#length())) return;
    this.#patience = new CancellationScope();
    void this.#patience
      .run(() => sleep(PATIENCE, { summary: PATIENCE_SUMMARY }))
      .then(
        () => {
          if (!this.#isAtRest) this.putOff();
        },
        (error: unknown) => {
          if (!isCancellation(error)) this.#run.broken(error);
        },
      );
  }
}
