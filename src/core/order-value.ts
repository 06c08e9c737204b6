import type { Json } from './json.js';
import type { Order } from './order.js';

/** Whether it gives a value, which a worker must check. */
export function givesValue(order: Order): order is Extract<Order, { verb: 'send' | 'complete' }> {
  return order.verb === 'send' || order.verb === 'complete';
}

/** The order with what it gives, as a worker's check has normalised that. An order that gives nothing stays as it is. */
export function withValue(order: Order, value: Json | undefined): Order {
  if (order.verb === 'send') return { ...order, value: value ?? null };
  if (order.verb !== 'complete') return order;
  const { output: _, ...rest } = order;
  return value === undefined ? rest : { ...rest, output: value };
}
