import { childStart } from '../../src/core/child-start.js';
import type { SchedulerCommand, ShardOrder } from '../../src/core/command.js';
import type { Report, SchedulerEvent } from '../../src/core/event.js';
import { optionsOf, taskAt } from '../../src/core/plan.js';
import { Scheduler } from '../../src/core/scheduler.js';
import type { DispatchRef, UnitRef } from '../../src/core/unit-ref.js';
import { dispatchOf } from '../../src/core/unit-ref.js';
import { reportChildEnd } from '../child-report.js';
import { WaitWatch } from '../wait-watch.js';
import { reportCall, reportChild } from './call-outcome.js';
import { HistoryCounter } from './history-estimate.js';
import { checkOutcome, type SimulatedOutcome } from './outcome.js';
import type { Listener, Simulation } from './simulation.js';
import { type Span, spanId } from './span.js';
import { answerWait } from './wait-outcome.js';

/** Whose child workflow an execution is. */
interface Parent {
  readonly listener: Listener;
  readonly span: Span;
  readonly report: (child: Scheduler) => Report;
}

/** Drives a scheduler in a simulation: what it asks for takes virtual time, and ends as the script says. */
export class SimulatedExecution implements Listener {
  readonly scheduler: Scheduler;
  readonly history: HistoryCounter;
  /** Executions of child workflows and shards, by the unit that they belong to. */
  readonly children = new Map<string, SimulatedExecution>();
  readonly path: string;
  /** What ended last. */
  last: Span | undefined;
  readonly #simulation: Simulation;
  readonly #parent: Parent | undefined;
  /** What has begun and not ended, by unit. */
  readonly #open = new Map<string, Span>();
  readonly #waits: WaitWatch;

  /** @param path of the ids of its nodes: '' or `trip/` */
  constructor(simulation: Simulation, scheduler: Scheduler, path: string, parent?: Parent) {
    this.#simulation = simulation;
    this.scheduler = scheduler;
    this.history = new HistoryCounter(scheduler.plan);
    this.path = path;
    this.#parent = parent;
    this.#waits = new WaitWatch(scheduler, ['approval', 'event', 'sleep']);
  }

  start(kind: 'runStarted' | 'runContinued', after?: Span): void {
    this.#apply({ kind }, after);
  }

  /** What befell the run whose shard this is. */
  tell(told: ShardOrder): void {
    this.#apply({ kind: 'toldByRun', told }, this.last);
  }

  /** An answer to a wait that was stopped. */
  isMoot(report: Report): boolean {
    if (report.kind !== 'ordered' || !('task' in report.order)) return false;
    return this.scheduler.tasks[this.scheduler.indexOf(report.order.task) ?? -1]?.isWaiting !== true;
  }

  hear(report: Report, span: Span): void {
    this.#open.delete(span.unit);
    if (report.kind === 'ordered') this.history.count('update');
    if (report.kind === 'ordered' || report.kind === 'timerElapsed') this.#waits.forget();
    this.#apply(report, span.inner ?? span);
  }

  #apply(report: Report, cause: Span | undefined): void {
    const at = this.#simulation.now;
    this.#simulation.countTransition();
    // The same event, with the time that it lacked; a copy would take a third of the whole simulation.
    const event = Object.assign(report, { at }) as SchedulerEvent;
    this.history.hear(event, isEndOfLocal(this.scheduler, report));
    this.last = cause;
    for (const command of this.scheduler.apply(event)) this.#execute(command);
    for (const wait of this.#waits.begun()) this.#beginWait(wait.ref);
  }

  #execute(command: SchedulerCommand): void {
    this.history.command(command);
    switch (command.kind) {
      case 'startTask': {
        const span = this.#begin(command);
        this.history.count(isLocal(this.scheduler, command) ? 'localActivity' : 'activity');
        this.#end(span, reportCall(command, this.#outcomeOf(command, span)));
        break;
      }
      case 'startChild':
        this.history.count('child');
        this.#startChild(command);
        break;
      case 'cancelTask':
        this.history.count('cancellation');
        this.#cancel(command);
        break;
      case 'startTimer': {
        this.history.count('timer');
        const report: Report = { kind: 'timerElapsed', ...dispatchOf(command) };
        this.#simulation.reportLater(command.delay, this, this.#spanOf(command), report);
        break;
      }
      case 'cancelTimer':
        this.#cancelTimer(this.scheduler.idOf(command));
        break;
      case 'tellShard':
        this.children.get(this.scheduler.idOf(command))?.tell(command.told);
        break;
      case 'endRun':
        if (this.#parent !== undefined) this.#reportToParent(this.#parent);
        break;
    }
  }

  #startChild(command: DispatchRef): void {
    const span = this.#begin(command);
    const ref = dispatchOf(command);
    const { plan, shard, state } = childStart(this.scheduler, command);
    const outcome = shard === undefined ? this.#outcomeOf(command, span) : undefined;
    if (outcome !== undefined) {
      this.#end(span, reportChild(ref, outcome));
      return;
    }
    // A shard's items have the ids of the map's.
    const path = shard === undefined ? `${spanId(span)}/` : this.path;
    const report = (child: Scheduler) =>
      reportChildEnd(ref, { shard }, child, { startedAt: span.startedAt, attempts: 1 });
    const scheduler = new Scheduler(plan, state);
    const child = new SimulatedExecution(this.#simulation, scheduler, path, { listener: this, span, report });
    this.children.set(span.unit, child);
    child.start(state === undefined ? 'runStarted' : 'runContinued', span.after);
  }

  #cancel(command: DispatchRef): void {
    const unit = this.scheduler.idOf(command);
    const span = this.#open.get(unit);
    const child = this.children.get(unit);
    if (span === undefined) return;
    if (child !== undefined && child.scheduler.outcome === undefined) {
      child.#apply({ kind: 'runCancelRequested' }, this.last);
      return;
    }
    const attempts = this.scheduler.unit(command).attempts + 1;
    this.#simulation.reportLater(0, this, span, { kind: 'taskCancelled', ...dispatchOf(command), attempts });
  }

  #cancelTimer(unit: string): void {
    const span = this.#open.get(unit);
    if (span === undefined) return; // what ended it was an answer
    this.#simulation.end(span);
    this.#open.delete(unit);
  }

  #beginWait(ref: UnitRef): void {
    const span = this.#spanOf(ref);
    const duration = this.#simulation.script.duration(spanId(span));
    const answer = answerWait(taskAt(this.scheduler.plan, ref.task), this.#outcomeOf(ref, span), duration);
    if (answer === undefined) return;
    const { order, by, delay } = answer;
    this.#simulation.reportLater(delay, this, span, { kind: 'ordered', order, by });
  }

  #reportToParent({ listener, span, report }: Parent): void {
    span.inner = this.last;
    this.#simulation.reportLater(0, listener, span, report(this.scheduler));
  }

  #spanOf(ref: UnitRef): Span {
    return this.#open.get(this.scheduler.idOf(ref)) ?? this.#begin(ref);
  }

  #begin(ref: UnitRef): Span {
    const unit = this.scheduler.idOf(ref);
    const span = this.#simulation.begin(this.path, unit, this.last);
    this.#open.set(unit, span);
    return span;
  }

  /** After its duration. */
  #end(span: Span, report: Report): void {
    this.#simulation.reportLater(this.#simulation.script.duration(spanId(span)), this, span, report);
  }

  #outcomeOf(ref: UnitRef, span: Span): SimulatedOutcome | undefined {
    const id = spanId(span);
    const outcome = this.#simulation.script.outcome(id);
    if (outcome !== undefined) checkOutcome(id, taskAt(this.scheduler.plan, ref.task), ref, outcome);
    return outcome;
  }
}

function isLocal({ plan }: Scheduler, { task }: UnitRef): boolean {
  return optionsOf(plan, taskAt(plan, task)).placement === 'local';
}

/** Which is heard of without a workflow task of its own. */
function isEndOfLocal(scheduler: Scheduler, report: Report): boolean {
  if (!('task' in report) || report.kind === 'timerElapsed') return false;
  return scheduler.unit(report).step !== 'child' && isLocal(scheduler, report);
}
