import type { Order, Verb } from '../../src/core/order.js';

/** An order with this verb; what it gives tells where it comes from. */
export function orderOf(verb: Verb, task: string): Order {
  switch (verb) {
    case 'pause':
    case 'resume':
      return { verb };
    case 'send':
      return { verb, task, value: 'sent' };
    case 'complete':
      return { verb, task, output: 'completed' };
    case 'fail':
      return { verb, task, message: 'failed by an operator' };
    default:
      return { verb, task };
  }
}
