import type { SchedulerCommand } from '../../src/core/command.js';
import { DUE } from '../../src/core/continuation-due.js';
import type { SchedulerEvent } from '../../src/core/event.js';
import { HistoryBound } from '../../src/core/history-bound.js';
import type { Plan } from '../../src/core/plan.js';

/** What an execution and its child workflows leave in Temporal's histories, estimated. */
export interface HistoryEstimate {
  /** Of the run itself, over its whole chain of executions. */
  readonly events: number;
  /** How often the run continues as new, which it does past what can be 12,000 events. */
  readonly continuations: number;
  /** Executions: the run's, and those of all child workflows and shards of maps, each with its continuations. */
  readonly executions: number;
  /** Events of all of them. */
  readonly totalEvents: number;
}

const EVENTS = {
  /** The start and the end of an execution. */
  execution: 2,
  /** Scheduled, started, completed. */
  workflowTask: 3,
  /** Scheduled, started, completed. */
  activity: 3,
  /** Recorded when it has ended, in the workflow task in which it began. */
  localActivity: 1,
  /** Started, and fired or cancelled. */
  timer: 2,
  /** Initiated, started, completed. */
  child: 3,
  /** Accepted, completed. */
  update: 2,
  /** Requested. */
  cancellation: 1,
} as const;

/** Counts the events of one execution: those of what it starts, and a workflow task for each moment at which it hears of something. */
export class HistoryCounter {
  #events: number = EVENTS.execution;
  #lastMoment: number | undefined;
  readonly #bound: HistoryBound;

  constructor(plan: Plan) {
    this.#bound = new HistoryBound(plan);
  }

  get events(): number {
    return this.#events;
  }

  get continuations(): number {
    return Math.floor(this.#bound.extent.events / DUE.events);
  }

  count(kind: Exclude<keyof typeof EVENTS, 'execution' | 'workflowTask'>): void {
    this.#events += EVENTS[kind];
  }

  command(command: SchedulerCommand): void {
    this.#bound.command(command);
  }

  /** What is reported at the same time is heard of in one workflow task, and the end of a local activity in the one in which it began. */
  hear(event: SchedulerEvent, isEndOfLocal: boolean): void {
    this.#bound.tell(event);
    if (isEndOfLocal || event.at === this.#lastMoment) return;
    this.#lastMoment = event.at;
    this.#events += EVENTS.workflowTask;
  }
}

interface Counted {
  readonly history: HistoryCounter;
  readonly children: ReadonlyMap<string, Counted>;
}

export function estimateHistory({ history, children }: Counted): HistoryEstimate {
  const { events, continuations } = history;
  let [executions, totalEvents] = [1 + continuations, events];
  for (const child of children.values()) {
    const estimate = estimateHistory(child);
    executions += estimate.executions;
    totalEvents += estimate.totalEvents;
  }
  return { events, continuations, executions, totalEvents };
}
