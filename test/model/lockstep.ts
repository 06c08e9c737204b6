import type { Cause } from '../../src/core/cause.js';
import { childStart } from '../../src/core/child-start.js';
import type { SchedulerCommand } from '../../src/core/command.js';
import type { SchedulerEvent } from '../../src/core/event.js';
import type { Order } from '../../src/core/order.js';
import type { Plan } from '../../src/core/plan.js';
import { Scheduler } from '../../src/core/scheduler.js';
import { refuseOrder } from '../../src/core/steering.js';
import { taskArgument } from '../../src/core/task-argument.js';
import { isSettled } from '../../src/core/task-state.js';
import type { UnitRef } from '../../src/core/unit-ref.js';
import { StateComparison } from './compare-states.js';
import { WorkComparison } from './compare-work.js';
import { describeEvent, describeUnit } from './describe-event.js';
import { describePlan } from './describe-plan.js';
import { differs, matches } from './matching.js';
import { ModelDriver } from './model-driver.js';
import type { OracleNode } from './oracle/oracle-unit.js';
import { Oracle } from './oracle.js';

type Start = Extract<SchedulerCommand, { kind: 'startTask' | 'startChild' }>;

const RUN_FACTS = { input: undefined, rootRunId: 'root', ownRunId: 'own' };

/** The scheduler and the oracle side by side: after every event they must agree on everything that can be seen. */
export class Lockstep {
  scheduler: Scheduler;
  readonly oracle: Oracle;
  readonly driver = new ModelDriver();
  readonly events: SchedulerEvent[] = [];
  readonly commands: (readonly SchedulerCommand[])[] = [];
  /** What there was when it was restored: timers, and what else must not be lost. */
  readonly restored: string[] = [];
  readonly #restoredBefore = new Set<number>();
  #ended = false;
  readonly #states: StateComparison;
  readonly #work: WorkComparison;

  constructor(readonly plan: Plan) {
    this.scheduler = new Scheduler(plan);
    this.oracle = new Oracle(plan);
    this.#states = new StateComparison(plan);
    this.#work = new WorkComparison(plan);
    this.#agree(this.#states.compare(this.scheduler, this.oracle));
  }

  /** @throws Error that names the disagreement, with the plan and every event up to it. */
  apply(event: SchedulerEvent): readonly SchedulerCommand[] {
    const { scheduler, oracle, driver } = this;
    this.events.push(event);
    driver.take(event);
    const commands = this.#tried(() => [...scheduler.apply(event)]);
    this.commands.push(commands);
    const blamed = (task: number) => blamedIn(scheduler.tasks[task]?.cause);
    const hasBegun = ({ index, dispatches }: OracleNode) => (scheduler.tasks[index]?.dispatchCount ?? 0) > dispatches;
    this.#tried(() => oracle.apply(event, { blamed, hasBegun }));
    for (const command of commands) {
      if (command.kind === 'startTask' || command.kind === 'startChild') this.#checkStart(command);
      const problem = driver.execute(command, event.at);
      if (problem !== undefined) this.fail(`${JSON.stringify(command)}: ${problem}`);
    }
    this.#checkAllStarted();
    this.#agree(this.#work.compareDispatches(driver, oracle));
    this.#agree(this.#work.compareTimers(driver, oracle));
    this.#agree(this.#states.compare(scheduler, oracle));
    this.#check('inFlight', scheduler.inFlight, oracle.inFlight);
    this.#checkEnd(commands);
    return commands;
  }

  /** Whether the order is impossible now, on which both must agree. */
  refuses(order: Order): boolean {
    const reason = this.#tried(() => refuseOrder(this.scheduler, order));
    const isRefused = this.oracle.refuses(order);
    if (isRefused !== (reason !== undefined)) {
      this.fail(`${JSON.stringify(order)} is ${isRefused ? 'not refused' : `refused: ${reason}`}`);
    }
    if (reason === '') this.fail(`${JSON.stringify(order)} is refused without a reason`);
    return isRefused;
  }

  /** As a run is continued as new: only what is saved is left of the scheduler, and its timers. */
  restore(at: number): readonly SchedulerCommand[] {
    this.#restoredBefore.add(this.events.length);
    this.restored.push(...whatMustNotBeLost(this.oracle));
    const saved = this.#tried(() => JSON.parse(JSON.stringify(this.scheduler.save())));
    this.scheduler = this.#tried(() => new Scheduler(this.plan, saved));
    this.driver.dispatches = [];
    this.driver.timers = [];
    return this.apply({ at, kind: 'runContinued' });
  }

  #checkStart(command: Start): void {
    const { oracle, scheduler } = this;
    const name = this.#nameOf(command);
    const unit = this.#tried(() => oracle.unit(command));
    if (!oracle.mayStart(unit)) this.fail(`${name} must not start now`);
    const { work, dispatch, attemptsUsed, attemptsLeft } = oracle.start(unit);
    if (command.dispatch !== dispatch) this.fail(`${name} starts as #${command.dispatch}, not #${dispatch}`);
    if (command.kind === 'startChild') {
      if (work !== 'child') this.fail(`${name} starts a child, not ${work}`);
      this.#check(`input of the child of ${name}`, childStart(scheduler, command).input, oracle.childInputOf(unit));
      return;
    }
    this.#check(
      `start of ${name}`,
      [command.call, command.attemptsUsed, command.attemptsLeft],
      [work, attemptsUsed, attemptsLeft],
    );
    const { needs, item, output } = taskArgument(scheduler, command, RUN_FACTS);
    this.#check(`argument of ${name}`, { needs, item, output }, oracle.argumentOf(unit));
  }

  /** The whole frontier is started, or as much of it as there are places for. */
  #checkAllStarted(): void {
    if (this.oracle.freePlaces() <= 0) return;
    const [unit] = this.oracle.startable();
    if (unit !== undefined) this.fail(`${this.#nameOf(unit.ref)} should have started`);
  }

  #checkEnd(commands: readonly SchedulerCommand[]): void {
    const outcome = this.oracle.outcome();
    const ends = commands.filter(({ kind }) => kind === 'endRun');
    const expected = outcome === undefined || this.#ended ? [] : [{ kind: 'endRun', outcome }];
    this.#check('end of the run', ends, expected);
    if (ends.length > 0) {
      this.#ended = true;
      this.#check('last command', commands.at(-1)?.kind, 'endRun');
      this.#check('audit', this.scheduler.audit, this.oracle.run.audit);
      this.#check('outputs', this.scheduler.outputs(), this.oracle.outputs());
    }
    this.#check('outcome', this.scheduler.outcome, outcome);
  }

  #nameOf(ref: UnitRef): string {
    return describeUnit(this.plan, ref);
  }

  #agree(difference: string | undefined): void {
    if (difference !== undefined) this.fail(difference);
  }

  #check(what: string, actual: unknown, expected: unknown): void {
    if (!matches(actual, expected)) this.fail(differs(what, actual, expected));
  }

  #tried<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      this.fail(String(error instanceof Error ? error.stack : error));
    }
  }

  fail(problem: string): never {
    const log = this.events.map((event, n) => {
      const restored = this.#restoredBefore.has(n) ? '(saved and restored) ' : '';
      return `  ${event.at}: ${restored}${describeEvent(this.plan, event)}`;
    });
    const shown = log.length > 40 ? [`  ... ${log.length - 40} events before`, ...log.slice(-40)] : log;
    const last = this.commands.at(-1)?.map((command) => `  ${JSON.stringify(command)}`) ?? [];
    throw new Error(
      [problem, `plan: ${describePlan(this.plan)}`, 'after the events:', ...shown, 'and the commands:', ...last].join(
        '\n',
      ),
    );
  }
}

function whatMustNotBeLost({ nodes, run }: Oracle): string[] {
  const found = nodes.flatMap(({ state, timer, mayRun, kept, undo }) => [
    ...(timer === undefined ? [] : [timer.kind]),
    ...(state === 'held' || state === 'waiting' ? [state] : []),
    ...(state === 'pending' && mayRun ? ['ready'] : []),
    ...(kept === undefined ? [] : ['kept']),
    ...(undo === undefined || isSettled(undo.state) ? [] : ['undoing']),
  ]);
  return run.isPaused ? [...found, 'paused'] : found;
}

function blamedIn(cause: Cause | undefined): number | undefined {
  return cause !== undefined && 'from' in cause ? cause.from : undefined;
}
