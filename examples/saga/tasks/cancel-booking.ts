import type { TaskContext } from 'pawl';
import type { TripInput } from '../workflow.js';
import type { TripBooking } from './book.js';
import { requestService } from './request-service.js';

/** Undoes `book`. Like it, it can be repeated: the service cancels a booking once. */
export async function cancelBooking({ kind, id }: TripBooking, ctx: TaskContext<TripInput>): Promise<void> {
  const answer = await requestService('DELETE', `${kind}/bookings/${id}`, ctx);
  if (!answer.ok) throw new Error(`the ${kind} service answers ${answer.status}: ${await answer.text()}`);
}
