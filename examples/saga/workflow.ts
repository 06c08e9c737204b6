import { workflow } from 'pawl';
import { z } from 'zod';
import { book } from './tasks/book.js';
import { cancelBooking } from './tasks/cancel-booking.js';

const tripInput = z.object({
  /** Where the booking service is. */
  service: z.url(),
  traveller: z.string().min(1),
  /** The classes that are wanted. */
  flight: z.string().default('economy'),
  hotel: z.string().default('double'),
  car: z.string().default('compact'),
});

export type TripInput = z.output<typeof tripInput>;

/**
 * A request whose answers all get lost may have booked without anybody knowing it, and what has not succeeded is not compensated. So a
 * booking is tried again for minutes before it is given up; a plain "no" of the service is not retried at all.
 */
const patient = { retry: { initialInterval: '200ms', maximumInterval: '10s', maximumAttempts: 20 } } as const;

/** Books a flight, then a hotel, then a car. If one can't be had, those before it are cancelled, the last one first. */
export const tripBooking = workflow('trip-booking', { title: 'Book a trip', input: tripInput }, ({ task }) => {
  const flight = task('flight', {
    ...patient,
    title: 'Book the flight',
    run: (_, ctx) => book('flight', ctx.input.flight, ctx),
    compensate: ({ output }, ctx) => cancelBooking(output, ctx),
  });
  const hotel = task('hotel', {
    ...patient,
    title: 'Book the hotel',
    needs: { flight },
    run: (_, ctx) => book('hotel', ctx.input.hotel, ctx),
    compensate: ({ output }, ctx) => cancelBooking(output, ctx),
  });
  const car = task('car', {
    ...patient,
    title: 'Book the car',
    needs: { hotel },
    run: (_, ctx) => book('car', ctx.input.car, ctx),
    compensate: ({ output }, ctx) => cancelBooking(output, ctx),
  });
  const itinerary = task('itinerary', {
    title: 'Write the itinerary',
    needs: { flight, hotel, car },
    run: ({ flight, hotel, car }) => [flight, hotel, car].map((part) => `${part.kind} ${part.class} (${part.id})`),
  });
  return { itinerary };
});
