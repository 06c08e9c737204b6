import type { Dispatcher } from './dispatcher.js';
import { taskAt } from './plan.js';
import type { KeptDecision } from './scheduler-state.js';
import type { TaskOrchestrator } from './task-orchestrator.js';
import type { Units } from './units.js';
import { wireOutput } from './wire-output.js';

/** What a wait came to. */
export type WaitEnd = KeptDecision | { readonly kind: 'elapsed' | 'skipped' | 'timedOut' };

/** The waits of approvals, events and sleeps, and what is kept for those that have not begun. */
export class Waits {
  readonly #units: Units;
  readonly #dispatcher: Dispatcher;
  readonly #kept: Map<number, KeptDecision>;

  constructor(units: Units, dispatcher: Dispatcher, kept: Readonly<Record<number, KeptDecision>> = {}) {
    this.#units = units;
    this.#dispatcher = dispatcher;
    this.#kept = new Map(Object.entries(kept).map(([task, decision]) => [Number(task), decision]));
  }

  /** Whether a decision or value came before its node waits for it. */
  hasKept(task: number): boolean {
    return this.#kept.has(task);
  }

  keep(task: number, decision: KeptDecision): void {
    this.#kept.set(task, decision);
  }

  save(): Record<number, KeptDecision> {
    return Object.fromEntries(this.#kept);
  }

  /** Those that begin now, each with what was kept for it, which ends it at once. */
  begin(at: number): { readonly unit: TaskOrchestrator; readonly kept: KeptDecision | undefined }[] {
    return this.#dispatcher.takeWaits().map((unit) => {
      const kept = this.#kept.get(unit.index);
      this.#units.change(unit, () => unit.beginWait(at, kept === undefined ? this.#endOf(unit, at) : undefined));
      return { unit, kept };
    });
  }

  /** What it means that the time of a wait is over. */
  elapse({ index }: TaskOrchestrator): WaitEnd {
    const { kind, wait } = taskAt(this.#units.plan, index);
    const { onTimeout } = wait ?? {};
    if (kind === 'sleep') return { kind: 'elapsed' };
    if (onTimeout === 'skip') return { kind: 'skipped' };
    return onTimeout === undefined
      ? { kind: 'timedOut' }
      : { kind: 'taken', output: wireOutput(onTimeout.value) ?? null };
  }

  #endOf({ index }: TaskOrchestrator, at: number): number | undefined {
    const { timeout, duration = timeout, until } = taskAt(this.#units.plan, index).wait ?? {};
    return until ?? (duration === undefined ? undefined : at + duration);
  }
}
