import { type Report, withTime } from '../../src/core/event.js';
import type { Order, Signature, Verb } from '../../src/core/order.js';
import { isSettled } from '../../src/core/task-state.js';
import { describeUnit } from './describe-event.js';
import { Lockstep } from './lockstep.js';
import { isWaitingItself } from './oracle/oracle-unit.js';
import { orderOf } from './orders.js';
import { type ReportKind, reportOf, reportOn } from './reports.js';
import type { Scenario, Step } from './scenario.js';

/** Plays the scenario to its end, scheduler and oracle in lockstep. */
export function play(scenario: Scenario): Lockstep {
  const run = new Play(scenario);
  run.toItsEnd();
  return run.lockstep;
}

class Play {
  readonly lockstep: Lockstep;
  #at = 0;
  #orderCount = 0;

  constructor(readonly scenario: Scenario) {
    this.lockstep = new Lockstep(scenario.plan);
  }

  toItsEnd(): void {
    this.#apply({ kind: 'runStarted' });
    for (const step of this.scenario.steps) {
      // Whole seconds, so that a time can be told from an index in a counter-example.
      this.#at += 1_000;
      this.#take(step);
    }
    // Each of these settles something, or makes it possible.
    for (let left = 5_000; this.lockstep.oracle.outcome() === undefined; left--) {
      if (left === 0) throw new Error('the run does not end');
      this.#at += 1_000;
      this.#bringOn();
    }
  }

  #take(step: Step): void {
    const { oracle, scheduler } = this.lockstep;
    const hasEnded = oracle.outcome() !== undefined;
    if (hasEnded && step.act !== 'late') return;
    const isDrained = !hasEnded && oracle.run.isDraining && scheduler.inFlight === 0;
    // As a driver does to continue the run as new.
    if (isDrained && step.how % 2 === 0) this.lockstep.restore(this.#at);
    switch (step.act) {
      case 'report':
        this.#report(step);
        break;
      case 'late':
        this.#reportLate(step);
        break;
      case 'order':
        this.#order(step);
        break;
      case 'cancelRun':
        this.#apply({ kind: 'runCancelRequested' });
        break;
      case 'drain':
        this.#apply({ kind: this.lockstep.oracle.run.isDraining ? 'drainEnded' : 'drainStarted' });
    }
  }

  /** How something that is open ends. */
  #report(step: Step): boolean {
    const { dispatches, timers } = this.lockstep.driver;
    const pick = step.pick % (dispatches.length + timers.length);
    const dispatch = dispatches[pick];
    const timer = timers[pick - dispatches.length];
    if (dispatch !== undefined) {
      this.lockstep.apply(reportOn(dispatch, this.#at, step, this.scenario));
    } else if (timer !== undefined) {
      this.#at = Math.max(this.#at, timer.due);
      const { timer: _, startedAt: __, due: ___, ...ref } = timer;
      this.#apply({ kind: 'timerElapsed', ...ref });
    }
    return dispatch !== undefined || timer !== undefined;
  }

  /** On what is settled, or on an older dispatch; else it is left out. */
  #reportLate({ pick, how }: Step): void {
    const units = this.lockstep.oracle.units;
    const unit = units[pick % units.length];
    if (unit === undefined) return;
    const { ref, dispatches, state } = unit;
    const dispatch = dispatches - (pick % 3);
    const isLate = isSettled(state) || dispatch < dispatches;
    if (!isLate || dispatch < 1) return;
    const kind = LATE[how % LATE.length];
    if (kind !== undefined) this.lockstep.apply(reportOf(kind, this.#at, { ...ref, dispatch }, 7, 'late'));
    else this.#apply({ kind: 'timerElapsed', ...ref, dispatch });
  }

  #order({ pick, how }: Step): void {
    if (how === 19) this.#findWrong();
    else if (how === 17 || how === 18)
      this.#giveOrder({ verb: this.lockstep.oracle.run.isPaused === (how === 17) ? 'resume' : 'pause' });
    else {
      const task = this.#unitToSteer(pick);
      // The first that is not refused; the ones before were, by both.
      VERBS.some((_, n) => this.#giveOrder(orderOf(VERBS[(how + n) % VERBS.length] ?? 'skip', task), pick));
    }
  }

  /** One that is not settled, sometimes any, or one that is not there. */
  #unitToSteer(pick: number): string {
    const units = this.lockstep.oracle.units.filter(({ ref }) => ref.undo === undefined);
    const open = units.filter(({ state }) => !isSettled(state));
    const candidates = pick % 8 === 7 || open.length === 0 ? units : open;
    const ref = pick % 50 === 49 ? undefined : candidates[pick % candidates.length]?.ref;
    return describeUnit(this.scenario.plan, ref ?? { task: 0, part: 99 });
  }

  #giveOrder(order: Order, pick = 1): boolean {
    if (this.lockstep.refuses(order)) return false;
    this.#orderCount += 1;
    const by: Signature = {
      id: `order${this.#orderCount}`,
      actor: 'ann',
      ...(pick % 2 === 0 && { reason: 'it must be' }),
    };
    this.#apply({ kind: 'ordered', order, by });
    return true;
  }

  /** One that was found wrong after it had been accepted. */
  #findWrong(): void {
    const order = orderOf('complete', this.scenario.plan.tasks[0]?.id ?? '');
    const by = { id: `wrong${this.#at}`, actor: 'bob' };
    this.#apply({ kind: 'orderFailed', order, by, message: 'it does not fit' });
  }

  /** The plainest next thing. */
  #bringOn(): void {
    const { oracle } = this.lockstep;
    if (oracle.run.isPaused) this.#giveOrder({ verb: 'resume' });
    else if (oracle.run.isDraining) this.#apply({ kind: 'drainEnded' });
    else if (!this.#report({ act: 'report', pick: 0, how: 0 })) this.#decide();
  }

  /** Nothing is open: an operator must decide something. */
  #decide(): void {
    const { oracle } = this.lockstep;
    const unit = oracle.units.find((unit) => unit.state === 'held' || isWaitingItself(unit));
    if (unit === undefined) {
      this.lockstep.fail('nothing is open, but the run has not ended');
    }
    const task = describeUnit(this.scenario.plan, unit.ref);
    const isApproval = oracle.node(unit.ref.task).planned.kind === 'approval';
    this.#giveOrder(orderOf(unit.state === 'held' ? 'fail' : isApproval ? 'approve' : 'send', task));
  }

  #apply(event: Report): void {
    this.lockstep.apply(withTime(event, this.#at));
  }
}

const LATE: readonly (ReportKind | undefined)[] = [
  'taskSucceeded',
  'taskFailed',
  'taskCancelled',
  'taskSkipped',
  'taskUnserved',
  undefined,
];

/** The more frequent are there twice. */
const VERBS: readonly Verb[] = [
  'approve',
  'reject',
  'send',
  'retry',
  'skip',
  'complete',
  'fail',
  'cancel',
  'retry',
  'cancel',
];
