import { childAttempts } from '../src/core/child-end.js';
import { childId, childStart } from '../src/core/child-start.js';
import type { SchedulerCommand } from '../src/core/command.js';
import { type Report, type SchedulerEvent, withTime } from '../src/core/event.js';
import type { AuditEntry } from '../src/core/order.js';
import { optionsOf, taskAt } from '../src/core/plan.js';
import { FailureType } from '../src/core/protocol.js';
import type { Scheduler } from '../src/core/scheduler.js';
import { refuseArgument, type StartTask, taskArgument } from '../src/core/task-argument.js';
import type { DispatchRef } from '../src/core/unit-ref.js';
import { dispatchKey, dispatchOf } from '../src/core/unit-ref.js';
import { reportChildEnd } from './child-report.js';
import type { RunTree } from './find-unit.js';
import { HandlerCall } from './handler-call.js';
import { childExecution, type Execution, IN_PROCESS_RUN_ID } from './in-process-execution.js';
import type { InProcessSession } from './in-process-session.js';
import type { ClockTimer } from './run-clock.js';
import { WaitWatch } from './wait-watch.js';

/**
 * Drives a scheduler in this process: handlers are called as an activity would call them, child workflows run beside, values go through JSON.
 */
export class InProcessDriver implements RunTree<InProcessDriver> {
  readonly execution: Execution;
  readonly scheduler: Scheduler;
  readonly path: string;
  /** Child workflows and shards of maps, by the unit that they belong to. */
  readonly children = new Map<string, InProcessDriver>();
  readonly startedAt: number;
  readonly #session: InProcessSession;
  readonly #shardOf: InProcessDriver | undefined;
  /** What can be asked to stop, by dispatch. */
  readonly #running = new Map<string, { cancel(): void }>();
  readonly #timers = new Map<string, ClockTimer>();
  readonly #waits: WaitWatch;
  /** Reported and not yet handled. */
  readonly #events: SchedulerEvent[] = [];
  #isBusy = false;
  #endedAt: number;
  #resolve: () => void = () => {};

  /** @param shardOf the run whose map's items these are */
  constructor(session: InProcessSession, execution: Execution, shardOf?: InProcessDriver) {
    this.#session = session;
    this.#shardOf = shardOf;
    this.execution = execution;
    this.scheduler = execution.scheduler;
    this.path = execution.path;
    this.startedAt = session.clock.now();
    this.#endedAt = this.startedAt;
    this.#waits = new WaitWatch(execution.scheduler, ['approval', 'event']);
  }

  /** Milliseconds until every task was settled. */
  get duration(): number {
    return this.#endedAt - this.startedAt;
  }

  /** Resolves when every task is settled. */
  run(first: 'runStarted' | 'runContinued' = 'runStarted'): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      this.#resolve = resolve;
    });
    this.report({ kind: first });
    return ended;
  }

  cancel(): void {
    this.report({ kind: 'runCancelRequested' });
  }

  /** A shard's orders are those of its run. */
  noteOrder(entry: AuditEntry | undefined): void {
    if (entry !== undefined) this.#shardOf?.report({ kind: 'orderNoted', entry });
  }

  /** Nobody waits for it any more. */
  abandon(): void {
    for (const running of this.#running.values()) running.cancel();
    for (const child of this.children.values()) child.abandon();
  }

  /** What an event leads to may be another event; that one waits until all commands of the first are carried out. */
  report(event: Report): void {
    this.#events.push(withTime(event, this.#session.clock.now()));
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) this.#handle(next);
    } catch (error) {
      this.#session.fail(error);
    } finally {
      this.#isBusy = false;
    }
    this.#session.changed();
  }

  #handle(event: SchedulerEvent): void {
    if (event.kind === 'ordered' || event.kind === 'timerElapsed') this.#waits.forget();
    for (const command of this.scheduler.apply(event)) this.#execute(command);
    for (const { ref } of this.#waits.begun()) this.#session.answer(this, this.scheduler.idOf(ref));
  }

  #execute(command: SchedulerCommand): void {
    switch (command.kind) {
      case 'startTask':
        this.#startTask(command);
        break;
      case 'startChild':
        this.#startChild(command).catch((error: unknown) => this.#session.fail(error));
        break;
      case 'cancelTask':
        this.#running.get(dispatchKey(command))?.cancel();
        break;
      case 'startTimer': {
        const report = () => this.report({ kind: 'timerElapsed', ...dispatchOf(command) });
        this.#timers.set(dispatchKey(command), this.#session.clock.start(command.delay, report));
        break;
      }
      case 'cancelTimer': {
        const timer = this.#timers.get(dispatchKey(command));
        if (timer !== undefined) timer.isCancelled = true;
        break;
      }
      case 'tellShard':
        this.children.get(this.scheduler.idOf(command))?.report({ kind: 'toldByRun', told: command.told });
        break;
      case 'endRun':
        this.#endedAt = this.#session.clock.now();
        this.#resolve();
        break;
    }
  }

  #startTask(command: StartTask): void {
    const { plan } = this.scheduler;
    const planned = taskAt(plan, command.task);
    const { served, facts, workflowId } = this.execution;
    const argument = taskArgument(this.scheduler, command, facts);
    const error = refuseArgument(argument);
    if (error !== undefined) {
      this.report({ kind: 'taskFailed', ...dispatchOf(command), attempts: command.attemptsUsed, error });
      return;
    }
    const task = served.get(planned.id);
    if (task === undefined) throw new RangeError(`no handler for task '${planned.id}' of '${plan.workflow}'`);
    const { log, secrets } = this.#session;
    const surroundings = { log, workflowId, runId: IN_PROCESS_RUN_ID };
    const call = new HandlerCall({ task, retry: optionsOf(plan, planned).retry, argument, surroundings, secrets });
    const key = dispatchKey(command);
    this.#running.set(key, call);
    this.#session.liveness
      .during(async () => {
        const report = await call.perform(command);
        this.#running.delete(key);
        this.report({ ...dispatchOf(command), ...report });
      })
      .catch((broken: unknown) => this.#session.fail(broken));
  }

  async #startChild(command: DispatchRef): Promise<void> {
    const ref = dispatchOf(command);
    const key = dispatchKey(command);
    const start = childStart(this.scheduler, command);
    let isCancelled = false;
    this.#running.set(key, {
      cancel: () => {
        isCancelled = true;
      },
    });
    const attempts = childAttempts(this.scheduler.unit(command));
    const workflowId = `${this.execution.workflowId}/${childId(this.scheduler, command)}`;
    const execution = await this.#session.liveness.during(() =>
      childExecution(this.execution, command, start, workflowId, this.#session.serve),
    );
    if (isCancelled) {
      this.report({ kind: 'taskCancelled', ...ref, attempts });
      return;
    }
    if (typeof execution === 'string') {
      const error = { type: FailureType.invalidInput, message: execution };
      this.report({ kind: 'taskFailed', ...ref, attempts, error });
      return;
    }
    const child = new InProcessDriver(this.#session, execution, start.shard === undefined ? undefined : this);
    this.children.set(start.id, child);
    this.#running.set(key, child);
    await child.run(start.state === undefined ? 'runStarted' : 'runContinued');
    this.#running.delete(key);
    this.report(reportChildEnd(ref, start, child.scheduler, { startedAt: child.startedAt, attempts }));
  }
}
