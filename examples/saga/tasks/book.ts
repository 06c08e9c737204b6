import { NonRetryableError, type TaskContext } from 'pawl';
import { z } from 'zod';
import { KINDS, type Kind } from '../booking-store.js';
import type { TripInput } from '../workflow.js';
import { requestService } from './request-service.js';

const booking = z.object({ id: z.string(), kind: z.enum(KINDS), class: z.string() });

/**
 * Books one part of the trip. The service sees the same key from all attempts: if the answer to one got lost, the next one gets the booking
 * that is there already, and not a second one.
 */
export async function book(kind: Kind, name: string, ctx: TaskContext<TripInput>) {
  const { traveller } = ctx.input;
  const answer = await requestService('POST', `${kind}/bookings`, ctx, { class: name, traveller });
  if (answer.ok) return booking.parse(await answer.json());
  const message = `the ${kind} service answers ${answer.status}: ${await answer.text()}`;
  // A "no" is one in a second, too. What else can go wrong may go well next time.
  throw answer.status < 500 ? new NonRetryableError(message) : new Error(message);
}

export type TripBooking = z.output<typeof booking>;
