import type { SchedulerEvent } from '../../src/core/event.js';
import type { Json } from '../../src/core/json.js';
import type { Order } from '../../src/core/order.js';
import type { Plan } from '../../src/core/plan.js';
import type { RunOutcome } from '../../src/core/run-outcome.js';
import type { UnitRef } from '../../src/core/unit-ref.js';
import { beginUndoing, outcomeOf } from './oracle/oracle-endings.js';
import { cancelRun } from './oracle/oracle-failures.js';
import { settleMaps } from './oracle/oracle-maps.js';
import { settleByRules } from './oracle/oracle-needs.js';
import { carryOut } from './oracle/oracle-orders.js';
import { isRefused } from './oracle/oracle-refusals.js';
import { report } from './oracle/oracle-reports.js';
import { type Choices, NO_CHOICES, newRun, nodeAt, type OracleRun, unitAt } from './oracle/oracle-run.js';
import {
  attemptsLeft,
  countInFlight,
  freePlaces,
  isStartable,
  nextWork,
  start,
  startableUnits,
} from './oracle/oracle-starts.js';
import type { OracleNode, OracleUnit } from './oracle/oracle-unit.js';
import { needsOf, outputsOf } from './oracle/oracle-values.js';
import { beginAWait } from './oracle/oracle-waits.js';

/**
 * What a run must do, written down from docs/semantics.md and from nothing of the scheduler's code: every question is
 * answered by looking at everything again. It says which units have something in flight, which were asked to stop and which
 * have a timer; not by which commands that came about. What the documents leave open the scheduler chooses: which of the startable units
 * are started when there is no place for all of them (it tells the oracle with `start`), how long a backoff takes, and {@link Choices}.
 */
export class Oracle {
  readonly run: OracleRun;

  constructor(plan: Plan) {
    this.run = newRun(plan);
  }

  apply(event: SchedulerEvent, choices: Choices = NO_CHOICES): void {
    const { run } = this;
    run.at = event.at;
    run.eventCount += 1;
    run.choices = choices;
    take(run, event);
    let isChanged = true;
    while (isChanged) isChanged = settleByRules(run) || settleMaps(run) || beginAWait(run) || beginUndoing(run);
  }

  get nodes(): readonly OracleNode[] {
    return this.run.nodes;
  }

  get units(): readonly OracleUnit[] {
    return this.run.units;
  }

  node(index: number): OracleNode {
    return nodeAt(this.run, index);
  }

  unit(ref: UnitRef): OracleUnit {
    return unitAt(this.run, ref);
  }

  refuses(order: Order): boolean {
    return isRefused(this.run, order);
  }

  startable(): OracleUnit[] {
    return startableUnits(this.run);
  }

  /** Whether the unit may be started now, with those that were started before. */
  mayStart(unit: OracleUnit): boolean {
    const { run } = this;
    return !run.isPaused && !run.isDraining && freePlaces(run) > 0 && isStartable(run, unit);
  }

  get inFlight(): number {
    return countInFlight(this.run);
  }

  freePlaces(): number {
    return freePlaces(this.run);
  }

  /** The scheduler has chosen this one; what must be dispatched for it. */
  start(unit: OracleUnit) {
    const work = nextWork(this.node(unit.ref.task), unit);
    const attempts = { attemptsUsed: unit.attempts, attemptsLeft: attemptsLeft(this.run, unit) };
    start(this.run, unit);
    return { work, dispatch: unit.dispatches, ...attempts };
  }

  /** What `with` gave; an item's own value where there is none. */
  childInputOf(unit: OracleUnit): Json | undefined {
    return this.node(unit.ref.task).planned.asks ? unit.childInput : unit.item;
  }

  outcome(): RunOutcome | undefined {
    return outcomeOf(this.run);
  }

  /** What the unit's functions are given. */
  argumentOf(unit: OracleUnit) {
    const node = this.node(unit.ref.task);
    return { needs: needsOf(this.run, node), item: unit.item, output: unit.ref.undo && node.output };
  }

  outputs(): Record<string, Json> {
    return outputsOf(this.run);
  }
}

function take(run: OracleRun, event: SchedulerEvent): void {
  switch (event.kind) {
    case 'runStarted':
      run.isStarted = true;
      break;
    case 'drainStarted':
      run.isDraining = true;
      break;
    case 'drainEnded':
    case 'runContinued':
      run.isDraining = false;
      break;
    case 'runCancelRequested':
      cancelRun(run);
      break;
    case 'ordered':
      carryOut(run, event.order, event.by);
      break;
    case 'orderFailed': {
      const { at, order, by, message } = event;
      run.audit.push({ at, verb: order.verb, ...('task' in order && { task: order.task }), ...by, refused: message });
      break;
    }
    case 'toldByRun':
    case 'orderNoted':
      throw new Error('there are no shards in the model');
    default:
      report(run, event);
  }
}
