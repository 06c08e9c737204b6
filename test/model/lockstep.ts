import { isDeepStrictEqual } from 'node:util';
import type { Cause } from '../../src/core/cause.js';
import type { SchedulerCommand } from '../../src/core/command.js';
import type { SchedulerEvent } from '../../src/core/event.js';
import type { Plan } from '../../src/core/plan.js';
import { Scheduler } from '../../src/core/scheduler.js';
import { isSettled, TASK_STATES } from '../../src/core/task-state.js';
import { describePlan } from './arbitrary-plan.js';
import { Oracle, type RequiredCommand } from './oracle.js';

/** The scheduler and the oracle side by side: after every event they must agree on everything that can be seen. */
export class Lockstep {
  readonly scheduler: Scheduler;
  readonly oracle: Oracle;
  readonly events: SchedulerEvent[] = [];
  readonly commands: (readonly SchedulerCommand[])[] = [];
  #ended = false;
  readonly #delays = new Map<number, number>();
  /** What was found to be equal: comparing thousands of causes again after every event takes long. */
  readonly #agreedCauses = new Map<Cause, Cause>();

  constructor(readonly plan: Plan) {
    this.scheduler = new Scheduler(plan);
    this.oracle = new Oracle(plan);
    this.#checkState();
  }

  /** @throws Error that names the disagreement, with the plan and every event up to it. */
  apply(event: SchedulerEvent): readonly SchedulerCommand[] {
    this.events.push(event);
    const commands = this.scheduler.apply(event);
    this.commands.push(commands.map((command) => ({ ...command }))); // in case a scheduler reuses its array
    const required = this.oracle.apply(event, (task) => blamedIn(this.scheduler.tasks[task]?.cause));
    this.#checkStarts(commands, event.at);
    this.#check(
      'commands besides starts',
      sorted(commands.filter(({ kind }) => kind !== 'startTask' && kind !== 'endRun').map(withoutDelay)),
      sorted(required),
    );
    this.#checkBackoffs(commands);
    this.#checkEnd(commands);
    this.#checkState();
    return commands;
  }

  #checkStarts(commands: readonly SchedulerCommand[], at: number): void {
    const { oracle } = this;
    const startable = oracle.startable();
    const expected = Math.min(oracle.freePlaces(), startable.size);
    const starts = commands.filter((command) => command.kind === 'startTask');
    for (const command of starts) {
      const id = this.#idOf(command.task);
      // Deleted from the set, so that a second start of the same task is caught as well.
      if (!startable.delete(command.task)) this.#fail(`${id} must not start now`);
      this.#check(`start of ${id}`, command, oracle.start(command.task, at));
      this.#check(`needs of ${id}`, this.scheduler.needsOf(command.task), oracle.needsOf(command.task));
    }
    // The whole frontier, or as much of it as there are places for.
    this.#check('number of starts', starts.length, expected);
  }

  #checkBackoffs(commands: readonly SchedulerCommand[]): void {
    for (const command of commands) {
      if (command.kind !== 'startBackoff') continue;
      const before = this.#delays.get(command.task) ?? 1;
      if (!Number.isFinite(command.delay) || command.delay < before) {
        this.#fail(`backoff of ${this.#idOf(command.task)} is ${command.delay} ms after one of ${before} ms`);
      }
      this.#delays.set(command.task, command.delay);
    }
  }

  #checkEnd(commands: readonly SchedulerCommand[]): void {
    const outcome = this.oracle.outcome();
    const ends = commands.filter(({ kind }) => kind === 'endRun');
    const expected = outcome === undefined || this.#ended ? [] : [{ kind: 'endRun', outcome }];
    this.#check('end of the run', ends, expected);
    if (ends.length > 0) {
      this.#ended = true;
      this.#check('last command', commands.at(-1)?.kind, 'endRun');
    }
    this.#check('outcome', this.scheduler.outcome, outcome);
  }

  #checkState(): void {
    const { scheduler, oracle } = this;
    const counts = Object.fromEntries(TASK_STATES.map((state) => [state, 0]));
    let settled = 0;
    for (const actual of scheduler.tasks) {
      const expected = oracle.task(actual.index);
      const id = this.#idOf(actual.index);
      if (actual.state !== expected.state) this.#fail(`${id} is ${actual.state}, not ${expected.state}`);
      if (actual.dispatchCount !== expected.dispatches) {
        this.#fail(`${id} has ${actual.dispatchCount} dispatches, not ${expected.dispatches}`);
      }
      counts[actual.state] = (counts[actual.state] ?? 0) + 1;
      for (const time of ['scheduledAt', 'settledAt'] as const) {
        if (actual[time] !== expected[time]) this.#fail(`${id} has ${time} ${actual[time]}, not ${expected[time]}`);
      }
      this.#checkCause(actual.index);
      if (!isSettled(actual.state)) continue;
      settled += 1;
      if (actual.attempts !== expected.attempts) {
        this.#fail(`${id} has used ${actual.attempts} attempts, not ${expected.attempts}`);
      }
      if (actual.isFailureAllowed !== expected.isFailureAllowed) {
        this.#fail(`the failure of ${id} is ${expected.isFailureAllowed ? '' : 'not '}allowed`);
      }
      if (actual.output !== expected.output) this.#check(`output of ${id}`, actual.output, expected.output);
    }
    this.#check('counts', scheduler.counts, counts);
    this.#check('settledCount', scheduler.settledCount, settled);
    if (this.#ended) this.#check('outputs', scheduler.outputs(), oracle.outputs());
  }

  #checkCause(index: number): void {
    const actual = this.scheduler.tasks[index]?.cause;
    const expected = this.oracle.task(index).cause;
    if (actual === expected) return;
    if (actual !== undefined && this.#agreedCauses.get(actual) === expected) return;
    this.#check(`cause of ${this.#idOf(index)}`, actual, expected);
    if (actual !== undefined && expected !== undefined) this.#agreedCauses.set(actual, expected);
  }

  #idOf(index: number): string {
    return this.plan.tasks[index]?.id ?? `task ${index}`;
  }

  #check(what: string, actual: unknown, expected: unknown): void {
    if (isDeepStrictEqual(actual, expected)) return;
    this.#fail(`${what}: the scheduler says ${JSON.stringify(actual)}, the oracle ${JSON.stringify(expected)}`);
  }

  #fail(problem: string): never {
    const log = this.events.map((event) => `  ${this.#describe(event)}`);
    const shown = log.length > 30 ? [`  ... ${log.length - 30} events before`, ...log.slice(-30)] : log;
    throw new Error([problem, `plan: ${describePlan(this.plan)}`, 'after the events:', ...shown].join('\n'));
  }

  #describe(event: SchedulerEvent): string {
    if (!('task' in event)) return event.kind;
    const { at: _, kind, task, dispatch, ...rest } = event;
    return `${kind} ${this.#idOf(task)}#${dispatch} ${JSON.stringify(rest)}`;
  }
}

function blamedIn(cause: Cause | undefined): number | undefined {
  return cause !== undefined && 'from' in cause ? cause.from : undefined;
}

function withoutDelay(command: SchedulerCommand): RequiredCommand {
  if (command.kind !== 'startBackoff') return command;
  const { delay: _, ...rest } = command;
  return rest;
}

function sorted(commands: readonly RequiredCommand[]): RequiredCommand[] {
  const key = (command: RequiredCommand) => ('task' in command ? command.task : -1);
  return [...commands].sort((a, b) => key(a) - key(b));
}
