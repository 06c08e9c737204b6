import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type OrchestrationEngine, RunFailedError } from 'pawl';
import { withWorker } from '../with-worker.js';
import { type Served, startBookingService } from './booking-service.js';
import { BookingStore } from './booking-store.js';
import { tripBooking } from './workflow.js';

// `npm run example:saga` fails at the car and cancels the rest; `npm run example:saga -- --car compact` books it all.
const { values } = parseArgs({ options: { car: { type: 'string', default: 'convertible' } } });

const folder = await mkdtemp(join(tmpdir(), 'pawl-saga-'));
try {
  const isRight = await withWorker([tripBooking], (engine) => bookTrip(engine, values.car));
  process.exitCode = isRight ? 0 : 1;
} finally {
  await rm(folder, { recursive: true });
}

/** @returns whether the service holds what the run's end says: all three bookings, or none */
async function bookTrip(engine: OrchestrationEngine, car: string): Promise<boolean> {
  const store = new BookingStore(join(folder, 'bookings.json'), {
    flight: { economy: 2 },
    hotel: { double: 3 },
    car: { compact: 1, convertible: 0 },
  });
  await using service = await startBookingService({ store, losesAnswerFor: 'hotel', onServed: printServed });

  const run = await engine.start(tripBooking, { service: service.url, traveller: 'A. Traveller', car });
  console.log(`\nTrip with a ${car}: ${run.url ?? run.id}`);
  console.log(`\nThe service before: ${describe(store)}\n`);
  const outcome = await run.result().catch((error: unknown) => {
    if (error instanceof RunFailedError) return error;
    throw error;
  });
  console.log(`\nThe service after:  ${describe(store)}\n`);

  if (!(outcome instanceof RunFailedError)) {
    console.log(`✔ The trip is booked: ${outcome.itinerary.join(', ')}`);
    return store.bookings.length === 3;
  }
  console.log(`✖ The run failed: ${outcome.message}\n`);
  for (const id of ['itinerary', 'hotel', 'flight']) console.log(await run.explain(id));
  const isClean = store.bookings.length === 0;
  console.log(isClean ? '\n✔ Nothing is left booked.' : '\n✖ Something is left booked.');
  return isClean;
}

function printServed({ method, kind, status, key, what }: Served): void {
  const lost = status === undefined ? ', but the answer gets lost' : '';
  // Of the key, the end: before it is the run, which is the same in all.
  const task = key.split('/').slice(2).join('/');
  console.log(`  ${method.padEnd(6)} ${kind.padEnd(6)} ${status ?? '   '}  key …/${task.padEnd(17)} ${what}${lost}`);
}

function describe({ stock, bookings }: BookingStore): string {
  const left = Object.entries(stock).flatMap(([kind, classes]) =>
    Object.entries(classes).map(([name, count]) => `${kind} ${name} ${count}`),
  );
  return `${bookings.length} booked; left: ${left.join(', ')}`;
}
