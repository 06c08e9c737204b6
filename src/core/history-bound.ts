import type { SchedulerCommand } from './command.js';
import type { HistoryExtent } from './continuation-due.js';
import type { SchedulerEvent } from './event.js';
import { givesValue } from './order-value.js';
import { payloadSize } from './payload-size.js';
import { optionsOf, type Plan, taskAt } from './plan.js';

/** The first protocol of which a run does the same in every replay, whichever workflow tasks were lost. */
export const STEADY_PROTOCOL = 4;

export function isSteady({ protocol }: Plan): boolean {
  return protocol >= STEADY_PROTOCOL;
}

/**
 * How long the history of an execution is, by what its run was told and what it commanded. Temporal says how long it is, but not the same in every
 * replay: a workflow task that led to nothing is told by itself, or together with the next one. What followed from that would be other commands.
 *
 * All counts as if it had come in a workflow task of its own. Not counted are heartbeats and workflow tasks that were lost, what the run does for itself, and
 * outputs, which travel themselves up to 8 KiB.
 */
export class HistoryBound {
  readonly #plan: Plan;
  #events = 0;
  #bytes = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  get extent(): Omit<HistoryExtent, 'updates'> {
    return { events: this.#events, bytes: this.#bytes };
  }

  /** To be called with everything that the scheduler is told. */
  tell(event: SchedulerEvent): void {
    switch (event.kind) {
      case 'runStarted':
      case 'runContinued':
      case 'runCancelRequested':
      case 'toldByRun':
      case 'orderNoted':
      case 'timerElapsed':
        this.#events += EVENTS.single;
        break;
      case 'ordered':
      case 'orderFailed':
        this.#events += EVENTS.order + (givesValue(event.order) ? EVENTS.activity : 0);
        // Of a check there are what is asked and what is answered.
        this.#bytes += payloadSize(event.order) * (givesValue(event.order) ? 3 : 1);
        break;
      case 'taskFailed':
        this.#bytes += event.error.message.length + (event.error.stack?.length ?? 0);
        break;
    }
  }

  /** To be called with everything that the scheduler commands. */
  command(command: SchedulerCommand): void {
    switch (command.kind) {
      case 'startTask': {
        const { placement } = optionsOf(this.#plan, taskAt(this.#plan, command.task));
        this.#events += placement === 'local' ? EVENTS.local : EVENTS.activity;
        break;
      }
      case 'startChild':
        this.#events += EVENTS.child;
        break;
      case 'startTimer':
      case 'cancelTimer':
        this.#events++;
        break;
      case 'cancelTask':
      case 'tellShard':
        this.#events += EVENTS.outside;
        break;
    }
  }

  /** A local activity is tried again. */
  retry(): void {
    this.#events += EVENTS.local + 1 + EVENTS.single;
  }

  /** To be called with the size of what is started, and of what local activities return. */
  add(bytes: number): void {
    this.#bytes += bytes;
  }
}

/** Events of one workflow task: scheduled, started, completed. */
const WORKFLOW_TASK = 3;

const EVENTS = {
  /** A signal, a request to cancel, the start, the end of a timer. */
  single: 1 + WORKFLOW_TASK,
  /** Accepted and completed. */
  order: 2 + WORKFLOW_TASK,
  /** Scheduled, started, ended. */
  activity: 3 + WORKFLOW_TASK,
  /** The marker of its result. */
  local: 1,
  /** Initiated; started and ended. */
  child: 3 + 2 * WORKFLOW_TASK,
  /** A signal or a request to cancel that goes to another: initiated, and delivered. */
  outside: 2 + WORKFLOW_TASK,
} as const;
