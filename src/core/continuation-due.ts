import { isSteady } from './history-bound.js';
import type { Plan } from './plan.js';

/** How far an execution has come. */
export interface HistoryExtent {
  readonly events: number;
  readonly bytes: number;
  /** Accepted so far. */
  readonly updates: number;
}

/**
 * When an execution should give way to the next. Temporal ends one at 51,200 events, 50 MiB or 2,000 updates, and each workflow task of a long history
 * costs more when it is replayed.
 */
export const DUE: HistoryExtent = { events: 12_000, updates: 1_500, bytes: 16 * 1024 * 1024 };
/** Of the protocols that counted all events, which are some two thirds of what they can be at most. */
const DUE_BEFORE = 8_000;
/** How much further it goes, when something had taken too long to wait for. */
const STEP: HistoryExtent = { events: 4_000, updates: 200, bytes: 4 * 1024 * 1024 };
/** Past these it is waited for, as long as it takes. */
const AT_ANY_PRICE: HistoryExtent = { events: 40_000, updates: 1_900, bytes: 40 * 1024 * 1024 };

/** Past these an execution that can't give way fails, while it still can: Temporal would terminate it. One more step, and what one workflow task adds, fit. */
const EXHAUSTED: HistoryExtent = { events: 46_000, updates: Number.POSITIVE_INFINITY, bytes: 42 * 1024 * 1024 };

/** What the timer is called that ends the waiting. */
export const PATIENCE_SUMMARY = 'let what runs end, to continue as new';

/** Says when to try to continue as new. */
export class ContinuationDue {
  #due: HistoryExtent;
  #hasBegun: boolean;

  /** @param continueAfter of its envelope: after so many events */
  constructor(plan: Plan, continueAfter?: number) {
    this.#due = { ...DUE, events: continueAfter ?? (isSteady(plan) ? DUE.events : DUE_BEFORE) };
    this.#hasBegun = !isSteady(plan);
  }

  /**
   * To be called first when the run has begun or gone on. An execution goes on until it is at least twice as long as then: one that began with many timers
   * would give way at once to one that begins with them, for ever.
   *
   * @param isCancelRequested an execution that was asked to stop does not give way, as long as it need not: Temporal would not know of the
   * request in the next, which could only fail
   */
  isPassedBy(extent: HistoryExtent, isCancelRequested = false): boolean {
    if (!this.#hasBegun) this.#due = { ...this.#due, events: Math.max(this.#due.events, 2 * extent.events) };
    this.#hasBegun = true;
    return isBeyond(extent, isCancelRequested ? AT_ANY_PRICE : this.#due);
  }

  /** Nothing came of it this time. */
  putOff({ events, bytes, updates }: HistoryExtent): void {
    this.#due = { events: events + STEP.events, bytes: bytes + STEP.bytes, updates: updates + STEP.updates };
  }
}

export function isAtAnyPrice(extent: HistoryExtent): boolean {
  return isBeyond(extent, AT_ANY_PRICE);
}

export function isExhausted(extent: HistoryExtent): boolean {
  return isBeyond(extent, EXHAUSTED);
}

function isBeyond(extent: HistoryExtent, limit: HistoryExtent): boolean {
  return extent.events > limit.events || extent.bytes > limit.bytes || extent.updates > limit.updates;
}
