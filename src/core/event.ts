import type { CachedFrom } from './cached-column.js';
import type { TaskError } from './cause.js';
import type { ShardOrder } from './command.js';
import type { Json } from './json.js';
import type { AuditEntry, Order, Signature } from './order.js';
import type { DispatchRef } from './unit-ref.js';

/** What a driver reports to the scheduler. `at` is in milliseconds since the epoch. */
export type SchedulerEvent = { readonly at: number } & (
  | { readonly kind: 'runStarted' }
  /** A scheduler that was restored goes on: what waits gets its timers, what is ready is dispatched. */
  | { readonly kind: 'runContinued' }
  | { readonly kind: 'runCancelRequested' }
  /** Start nothing until `drainEnded`: the driver wants nothing in flight. */
  | { readonly kind: 'drainStarted' }
  | { readonly kind: 'drainEnded' }
  /** An operator's order, which `refuseOrder` has let pass. */
  | { readonly kind: 'ordered'; readonly order: Order; readonly by: Signature }
  /** An order that was found wrong after it had been accepted: only the audit trail keeps it. */
  | { readonly kind: 'orderFailed'; readonly order: Order; readonly by: Signature; readonly message: string }
  /** To a map's shard: what befell the run that it is a part of. */
  | { readonly kind: 'toldByRun'; readonly told: ShardOrder }
  /** From a map's shard: an order that it has taken, for the run's audit trail. */
  | { readonly kind: 'orderNoted'; readonly entry: AuditEntry }
  | UnitEvent
);

export type UnitEvent = DispatchRef &
  (
    | {
        readonly kind: 'taskSucceeded';
        readonly output: Json | undefined;
        readonly attempts: number;
        /** Its output was in the cache. */
        readonly cached?: CachedFrom;
      }
    | { readonly kind: 'taskFailed'; readonly error: TaskError; readonly attempts: number }
    | { readonly kind: 'taskCancelled'; readonly attempts: number }
    /** Its `when` said no. */
    | { readonly kind: 'taskSkipped'; readonly attempts: number }
    /** No handler that fits was on the worker that took it. `attempts` were used before that, this one not counted. */
    | { readonly kind: 'taskUnserved'; readonly reason: string; readonly attempts: number }
    | { readonly kind: 'timerElapsed' }
  );

/** What a driver has to report, before it says at what time. */
export type Report = Untimed<SchedulerEvent>;

/** Distributes over the kinds, so that each keeps its fields together. */
type Untimed<E> = E extends unknown ? Omit<E, 'at'> : never;

/** @param at milliseconds since the epoch */
export function withTime(report: Report, at: number): SchedulerEvent {
  return { ...report, at } as SchedulerEvent; // TypeScript does not distribute the spread
}
