import { childArguments, refuseChild } from '../../core/child-arguments.js';
import { childAttempts } from '../../core/child-end.js';
import { childStart } from '../../core/child-start.js';
import type { SchedulerCommand } from '../../core/command.js';
import type { SchedulerEvent } from '../../core/event.js';
import { HistoryBound } from '../../core/history-bound.js';
import type { Json } from '../../core/json.js';
import { optionsOf, taskAt } from '../../core/plan.js';
import type { Scheduler } from '../../core/scheduler.js';
import { refuseArgument, taskArgument } from '../../core/task-argument.js';
import { dispatchId } from '../../core/unit-id.js';
import { type DispatchRef, dispatchKey, dispatchOf } from '../../core/unit-ref.js';
import type { LocalAttempts } from './local-attempts.js';

/** What is known of the run beside its events. */
export interface RebuiltFacts {
  /** As it travels. */
  readonly input: Json | undefined;
  /** Whether its worker had a storage, and the run has stored values there. */
  readonly hasStored: boolean;
  /** What history has of local activities. */
  readonly locals: LocalAttempts;
}

/**
 * Feeds the scheduler with what history says, and with what the Temporal driver reported by itself and history has no event of. Commands are
 * not carried out: they have been.
 */
export class RebuiltDriver {
  readonly scheduler: Scheduler;
  readonly #input: Json | undefined;
  readonly #hasStored: boolean;
  /** Dispatches of which history has the beginning. */
  readonly #begun = new Set<string>();
  readonly #askedToStop = new Set<string>();
  readonly #reportedLater: SchedulerEvent[] = [];
  readonly #locals: LocalAttempts;
  readonly #observe: (event: SchedulerEvent) => void;
  /** Is called whenever the run has handled what was reported. */
  afterEvents: () => void = () => {};
  readonly bound: HistoryBound;

  /** @param observe is called with every event before the scheduler is */
  constructor(
    scheduler: Scheduler,
    { input, hasStored, locals }: RebuiltFacts,
    observe: (event: SchedulerEvent) => void = () => {},
  ) {
    this.scheduler = scheduler;
    this.bound = new HistoryBound(scheduler.plan);
    this.#hasStored = hasStored;
    this.#input = input;
    this.#locals = locals;
    this.#observe = observe;
  }

  /** History has the beginning of this dispatch. */
  begin(dispatch: DispatchRef): void {
    this.#begun.add(dispatchKey(dispatch));
  }

  isAskedToStop(dispatch: DispatchRef): boolean {
    return this.#askedToStop.has(dispatchKey(dispatch));
  }

  apply(first: SchedulerEvent): void {
    const events = [first];
    for (let event = events.shift(); event !== undefined; event = events.shift()) {
      this.bound.tell(event);
      this.#observe(event);
      for (const command of this.scheduler.apply(event)) {
        this.bound.command(command);
        const told = this.#withoutServer(command, event.at);
        if (told !== undefined) (told.kind === 'taskCancelled' ? this.#reportedLater : events).push(told);
      }
    }
    this.afterEvents();
  }

  /** To be called when the run has heard of all that a workflow task had told it: the SDK reports later in it what never got to the server. */
  goOn(): void {
    for (let event = this.#reportedLater.shift(); event !== undefined; event = this.#reportedLater.shift()) {
      this.apply(event);
    }
  }

  /** An attempt of a local activity has failed, and another follows. */
  retry(): void {
    this.bound.retry();
    this.afterEvents();
  }

  #withoutServer(command: SchedulerCommand, at: number): SchedulerEvent | undefined {
    switch (command.kind) {
      case 'startTask': {
        const facts = { input: this.#input, rootRunId: ANY_RUN_ID, ownRunId: ANY_RUN_ID };
        const { placement } = optionsOf(this.scheduler.plan, taskAt(this.scheduler.plan, command.task));
        // The run itself made small what would be too large, and what a local activity is given may be.
        if (this.#hasStored || placement === 'local') return undefined;
        const error = refuseArgument(taskArgument(this.scheduler, command, facts));
        return error && { kind: 'taskFailed', at, ...dispatchOf(command), attempts: command.attemptsUsed, error };
      }
      case 'startChild': {
        // Its input and needs are claims in the run itself, where history has the values.
        if (this.#hasStored) return undefined;
        const facts = { input: this.#input, rootRunId: ANY_RUN_ID, ownRunId: ANY_RUN_ID };
        const error = refuseChild(childArguments(ANY_RUN_ID, childStart(this.scheduler, command), facts));
        const { attempts } = this.scheduler.unit(command);
        return error && { kind: 'taskFailed', at, ...dispatchOf(command), attempts, error };
      }
      case 'cancelTask': {
        this.#askedToStop.add(dispatchKey(command));
        // Dispatched and cancelled within one workflow task, or a local activity between two attempts: the SDK tells the workflow, and the server never hears of it.
        if (this.#begun.has(dispatchKey(command))) return undefined;
        if (this.#locals.isOpen(dispatchId(this.scheduler.idOf(command), command))) return undefined;
        const unit = this.scheduler.unit(command);
        const attempts = unit.step === 'child' ? childAttempts(unit) : unit.attempts;
        return { kind: 'taskCancelled', at, ...dispatchOf(command), attempts };
      }
      default:
        return undefined;
    }
  }
}

/** Only its length matters: the size of a dispatch decides whether it is refused. */
const ANY_RUN_ID = '00000000-0000-0000-0000-000000000000';
