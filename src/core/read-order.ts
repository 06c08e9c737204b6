import { isRecord, type Json } from './json.js';
import type { Order, Verb } from './order.js';
import { LARGEST_ORDER, payloadSize } from './payload-size.js';

/**
 * Reads the argument of an operator's update, which may have been written by hand.
 *
 * @throws Error that says what is missing or too large
 */
export function readOrder(verb: Verb, argument: unknown): Order {
  const given = isRecord(argument) ? argument : {};
  const { task } = given;
  const bytes = payloadSize(argument);
  if (bytes > LARGEST_ORDER) {
    throw new RangeError(
      `what ${verb} carries is ${Math.ceil(bytes / 1024)} KiB of JSON, and ${LARGEST_ORDER / 1024} KiB are allowed; store it elsewhere and give where it is`,
    );
  }
  if (verb === 'pause' || verb === 'resume') return { verb };
  if (typeof task !== 'string')
    throw new TypeError(`${verb} needs { "task": … }: the id of a task or item, such as "smoke[3]"`);
  switch (verb) {
    case 'send':
      return { verb, task, value: (given.value ?? null) as Json }; // an update's argument is JSON
    case 'complete':
      return { verb, task, ...(given.output !== undefined && { output: given.output as Json }) }; // as above
    case 'fail':
      return { verb, task, message: typeof given.message === 'string' ? given.message : 'an operator let it fail' };
    default:
      return { verb, task };
  }
}
