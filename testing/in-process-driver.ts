import { setImmediate as nextTurn } from 'node:timers/promises';
import { callHandler, type HandlerResult } from '../activities/call-handler.js';
import type { ServedTask } from '../activities/served-task.js';
import { toTaskFailure } from '../activities/task-failure.js';
import { reportFailure } from '../src/core/attempt-report.js';
import type { SchedulerCommand } from '../src/core/command.js';
import type { SchedulerEvent } from '../src/core/event.js';
import type { Json } from '../src/core/json.js';
import { optionsOf, taskAt } from '../src/core/plan.js';
import { PROTOCOL, type TaskArgument } from '../src/core/protocol.js';
import type { Scheduler } from '../src/core/scheduler.js';
import type { TaskContext, TaskLogger } from '../src/define/task-context.js';

type StartTask = Extract<SchedulerCommand, { kind: 'startTask' }>;

export interface InProcessSettings {
  readonly workflowId: string;
  readonly input: Json | undefined;
  readonly log: TaskLogger;
  readonly signal: AbortSignal | undefined;
  readonly now: () => number;
}

/**
 * Drives the scheduler in this process: handlers are called as an activity would call them, values go through JSON, and attempts are
 * counted as Temporal does, but retried at once.
 */
export class InProcessDriver {
  readonly #scheduler: Scheduler;
  readonly #served: ReadonlyMap<string, ServedTask>;
  readonly #settings: InProcessSettings;
  readonly #aborts = new Map<number, AbortController>();
  #resolve: () => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(scheduler: Scheduler, served: ReadonlyMap<string, ServedTask>, settings: InProcessSettings) {
    this.#scheduler = scheduler;
    this.#served = served;
    this.#settings = settings;
  }

  run(): Promise<void> {
    const { signal, now } = this.#settings;
    const ended = new Promise<void>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const cancel = () => this.#report({ kind: 'runCancelRequested', at: now() });
    signal?.addEventListener('abort', cancel, { once: true });
    this.#report({ kind: 'runStarted', at: now() });
    if (signal?.aborted) cancel();
    return ended.finally(() => signal?.removeEventListener('abort', cancel));
  }

  #report(event: SchedulerEvent): void {
    for (const command of this.#scheduler.apply(event)) this.#execute(command);
  }

  #execute(command: SchedulerCommand): void {
    switch (command.kind) {
      case 'startTask':
        this.#perform(command)
          .then((event) => this.#report(event))
          .catch(this.#reject);
        break;
      case 'cancelTask':
        this.#aborts.get(command.task)?.abort();
        break;
      case 'endRun':
        this.#resolve();
        break;
      case 'startBackoff':
      case 'cancelBackoff':
        // Only a worker without the handler asks for these, and here every handler is at hand.
        throw new Error(`${command.kind} in process`);
    }
  }

  async #perform({ task: index, dispatch, attemptsUsed }: StartTask): Promise<SchedulerEvent> {
    const { plan } = this.#scheduler;
    const { retry } = optionsOf(plan, taskAt(plan, index));
    const abort = new AbortController();
    this.#aborts.set(index, abort);
    let heartbeatDetails: Json | undefined;
    const heartbeat = (details: Json) => {
      heartbeatDetails = details;
    };
    for (let attempts = attemptsUsed + 1; ; attempts++) {
      // As a real worker would: never in the same turn as the dispatch. Between attempts others have a turn, timers too, however
      // many there are.
      await (attempts === attemptsUsed + 1 ? Promise.resolve() : nextTurn());
      if (abort.signal.aborted) {
        return { kind: 'taskCancelled', at: this.#settings.now(), task: index, dispatch, attempts: attempts - 1 };
      }
      try {
        const result = await this.#attempt(index, attempts, abort.signal, heartbeat, heartbeatDetails);
        const at = this.#settings.now();
        if (result.kind === 'skipped') return { kind: 'taskSkipped', at, task: index, dispatch, attempts };
        return { kind: 'taskSucceeded', at, task: index, dispatch, output: copy(result.output), attempts };
      } catch (error) {
        const at = this.#settings.now();
        if (abort.signal.aborted) return { kind: 'taskCancelled', at, task: index, dispatch, attempts };
        const failure = toTaskFailure(error, attempts);
        const isFinal = failure.nonRetryable || retry.nonRetryableErrorTypes?.includes(failure.type ?? '');
        if (!isFinal && (retry.maximumAttempts === 0 || attempts < retry.maximumAttempts)) continue;
        const report = reportFailure(failure, !isFinal, { attemptsUsed, maximumAttempts: retry.maximumAttempts });
        return { ...report, at, task: index, dispatch };
      }
    }
  }

  #attempt(
    index: number,
    attempt: number,
    signal: AbortSignal,
    heartbeat: (details: Json) => void,
    heartbeatDetails: Json | undefined,
  ): Promise<HandlerResult> {
    const { plan } = this.#scheduler;
    const { id } = taskAt(plan, index);
    const served = this.#served.get(id);
    if (served === undefined) throw new RangeError(`no handler for task '${id}' of '${plan.workflow}'`);
    const { workflowId, input, log } = this.#settings;
    const argument: TaskArgument = {
      needs: copy(this.#scheduler.needsOf(index)),
      ...(input !== undefined && { input: copy(input) }),
      pawl: {
        protocol: PROTOCOL,
        workflow: plan.workflow,
        task: id,
        shape: served.shape,
        rootRunId: IN_PROCESS_RUN_ID,
        attemptsUsed: attempt - 1,
      },
    };
    const context: Omit<TaskContext, 'input'> = {
      signal,
      attempt,
      heartbeat,
      heartbeatDetails,
      log,
      workflow: plan.workflow,
      task: id,
      workflowId,
      runId: IN_PROCESS_RUN_ID,
      idempotencyKey: `${workflowId}/${IN_PROCESS_RUN_ID}/${id}`,
    };
    return callHandler(served, argument, context);
  }
}

const IN_PROCESS_RUN_ID = 'in-process';

/** What one task does to a value must not reach another: between them is JSON, here too. */
function copy<T extends Json | undefined | Record<string, Json>>(value: T): T {
  return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T); // JSON in, the same JSON out
}
