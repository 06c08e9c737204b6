import type { SchedulerCommand } from '../../src/core/command.js';
import type { SchedulerEvent } from '../../src/core/event.js';
import type { DispatchRef, UnitRef } from '../../src/core/unit-ref.js';
import type { Work } from './oracle/oracle-starts.js';

/** An activity or a child workflow that runs. */
export interface OpenDispatch extends DispatchRef {
  readonly work: Work;
  readonly attemptsUsed: number;
  readonly attemptsLeft: number;
  isAsked: boolean;
}

export interface OpenTimer extends DispatchRef {
  readonly timer: 'backoff' | 'wait' | 'hold';
  readonly startedAt: number;
  readonly due: number;
}

/** Does as a driver does: keeps what runs and what is timed until it is reported, and finds commands that make no sense. */
export class ModelDriver {
  dispatches: OpenDispatch[] = [];
  timers: OpenTimer[] = [];

  /** What is reported is open no more. */
  take(event: SchedulerEvent): void {
    if (!('dispatch' in event)) return;
    const isOther = (open: DispatchRef) => !isSameUnit(open, event) || open.dispatch !== event.dispatch;
    if (event.kind === 'timerElapsed') this.timers = this.timers.filter(isOther);
    else this.dispatches = this.dispatches.filter(isOther);
  }

  /** @returns what is wrong with the command */
  execute(command: SchedulerCommand, at: number): string | undefined {
    switch (command.kind) {
      case 'startTask': {
        const { kind: _, call, ...start } = command;
        this.dispatches.push({ ...start, work: call, isAsked: false });
        return;
      }
      case 'startChild': {
        const { kind: _, ...start } = command;
        this.dispatches.push({ ...start, work: 'child', attemptsUsed: 0, attemptsLeft: 0, isAsked: false });
        return;
      }
      case 'cancelTask': {
        const open = this.dispatches.find((open) => isSameUnit(open, command) && open.dispatch === command.dispatch);
        if (open === undefined) return 'nothing runs that could be cancelled';
        open.isAsked = true;
        return;
      }
      case 'startTimer': {
        const { kind: _, delay, ...timer } = command;
        if (!Number.isFinite(delay) || delay < 0) return `a timer can't take ${delay} ms`;
        if (this.timers.some((open) => isSameUnit(open, command))) return 'it has a timer already';
        this.timers.push({ ...timer, startedAt: at, due: at + delay });
        return;
      }
      case 'cancelTimer': {
        const open = this.timers.find((open) => isSameUnit(open, command));
        if (open === undefined || open.dispatch !== command.dispatch) return 'it has no such timer';
        this.timers.splice(this.timers.indexOf(open), 1);
        return;
      }
      case 'endRun':
        return;
    }
  }
}

export function isSameUnit(a: UnitRef, b: UnitRef): boolean {
  return a.task === b.task && a.part === b.part && a.undo === b.undo;
}
