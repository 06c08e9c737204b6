import type { Report } from '../../src/core/event.js';
import { EventHeap } from '../event-heap.js';
import type { Script } from './script.js';
import { SimulationLimitError } from './simulation-limit-error.js';
import type { Span } from './span.js';

/** What hears of what happens: an execution. */
export interface Listener {
  /** What can't happen any more takes no time. */
  isMoot(report: Report): boolean;
  hear(report: Report, span: Span): void;
}

interface Pending {
  readonly listener: Listener;
  readonly span: Span;
  readonly report: Report;
}

/** The virtual clock of a run and its child workflows: whatever happens next in any of them, happens. */
export class Simulation {
  readonly script: Script;
  /** Every call, child workflow and wait, in the order in which they began. */
  readonly begun: Span[] = [];
  /** The same, in the order in which they ended. */
  readonly ended: Span[] = [];
  readonly #heap = new EventHeap<Pending>();
  readonly #maximum: number;
  #now: number;
  #transitions = 0;

  constructor(script: Script, startedAt: number, maxTransitions: number) {
    this.script = script;
    this.#now = startedAt;
    this.#maximum = maxTransitions;
  }

  /** Milliseconds since the epoch. */
  get now(): number {
    return this.#now;
  }

  /** Events that schedulers have been told of. */
  get transitions(): number {
    return this.#transitions;
  }

  begin(path: string, unit: string, after: Span | undefined): Span {
    const span: Span = { path, unit, startedAt: this.#now, endedAt: undefined, after, inner: undefined };
    this.begun.push(span);
    return span;
  }

  /** Of several reports on one span the earliest counts. */
  reportLater(delay: number, listener: Listener, span: Span, report: Report): void {
    this.#heap.push(this.#now + delay, { listener, span, report });
  }

  end(span: Span): void {
    span.endedAt = this.#now;
    this.ended.push(span);
  }

  countTransition(): void {
    if (++this.#transitions <= this.#maximum) return;
    throw new SimulationLimitError(`it took more than ${this.#maximum} transitions`, {
      place: 'simulate',
      hint: 'set maxTransitions',
    });
  }

  /** Until nothing is left to happen. */
  run(): void {
    for (let next = this.#heap.pop(); next !== undefined; next = this.#heap.pop()) {
      const { listener, span, report } = next.value;
      if (span.endedAt !== undefined || listener.isMoot(report)) continue;
      this.#now = next.at;
      this.end(span);
      listener.hear(report, span);
    }
  }
}
