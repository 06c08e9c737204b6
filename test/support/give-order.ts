import type { SchedulerCommand } from '../../src/core/command.js';
import type { Order, Signature } from '../../src/core/order.js';
import type { Scheduler } from '../../src/core/scheduler.js';
import { START } from './played-run.js';

let orders = 0;

/** An operator's order, which nobody has checked before; half a minute after the start, if nothing else is said. */
export function giveOrder(
  scheduler: Scheduler,
  order: Order,
  { at = START + 30_000, ...by }: Partial<Signature> & { readonly at?: number } = {},
): readonly SchedulerCommand[] {
  return scheduler.apply({ kind: 'ordered', order, by: { id: `order-${++orders}`, actor: 'anna', ...by }, at });
}
