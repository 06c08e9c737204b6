import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInProcess } from 'pawl/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Served, startBookingService } from '../../examples/saga/booking-service.js';
import { BookingStore } from '../../examples/saga/booking-store.js';
import { tripBooking } from '../../examples/saga/workflow.js';
import { runExample } from '../support/run-example.js';

const STOCK = { flight: { economy: 2 }, hotel: { double: 1 }, car: { compact: 1 } };
const ROOM = { kind: 'hotel', class: 'double', traveller: 'A. Traveller' } as const;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pawl-saga-test-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('npm run example:saga', () => {
  test('cancels hotel and flight, in this order, when there is no car, and leaves nothing booked', async () => {
    const { exitCode, output } = await runExample('saga', folder);
    expect(requestsIn(output)).toEqual([
      'POST flight 201',
      'POST hotel lost',
      'POST hotel 200',
      'POST car 409',
      'DELETE hotel 204',
      'DELETE flight 204',
    ]);
    const [, before] = /The service before: +(.+)/.exec(output) ?? [];
    expect(before).toMatch(/^0 booked; left: flight economy 2, hotel double 3,/);
    expect(output).toMatch(new RegExp(`The service after: +${before}`));
    expect(output).toContain(
      "The run failed: 1 of 4 tasks failed. 'car' failed after 1 attempt: the car service answers",
    );
    expect(output).toContain('hotel was compensated');
    expect(output).toContain('✔ Nothing is left booked.');
    expect(exitCode).toBe(0);
    expect(await readdir(folder)).not.toContainEqual(expect.stringMatching(/^pawl-/));
  });

  test('books all of it with a car that there is', async () => {
    const { exitCode, output } = await runExample('saga', folder, '--car', 'compact');
    expect(output).toContain('The service after:  3 booked; left: flight economy 1, hotel double 2, car compact 0');
    expect(output).toMatch(/✔ The trip is booked: flight economy \(.+\), hotel double \(.+\), car compact/);
    expect(exitCode).toBe(0);
  });
});

describe('a trip', () => {
  test('whose hotel is taken cancels the flight alone', async () => {
    const store = new BookingStore(join(folder, 'bookings.json'), STOCK);
    store.book({ ...ROOM, traveller: 'B. Traveller' }, 'other');
    await using service = await startBookingService({ store });
    const run = await runInProcess(tripBooking, { service: service.url, traveller: 'A. Traveller' });
    expect(run.outcome).toBe('failed');
    expect(run.task('flight').compensation).toBe('compensated');
    expect(run.task('car').state).toBe('upstream_failed');
    expect(store.bookings.map(({ traveller }) => traveller)).toEqual(['B. Traveller']);
    expect(store.stock).toEqual({ ...STOCK, hotel: { double: 0 } });
  });

  test('books a hotel once, although the first answer got lost', async () => {
    const store = new BookingStore(join(folder, 'bookings.json'), STOCK);
    const served: Served[] = [];
    const options = { store, losesAnswerFor: 'hotel', onServed: (one: Served) => served.push(one) } as const;
    await using service = await startBookingService(options);
    const run = await runInProcess(tripBooking, { service: service.url, traveller: 'A. Traveller' });
    expect(run.outcome).toBe('completed');
    const [lost, repeated] = served.filter(({ kind }) => kind === 'hotel');
    expect(repeated?.key).toBe(lost?.key);
    expect(run.task('hotel').attempts).toBe(2);
    expect(store.bookings.map(({ kind }) => kind)).toEqual(['flight', 'hotel', 'car']);
    expect(store.stock.hotel).toEqual({ double: 0 });
  });
});

describe('the booking store', () => {
  test('gives the last room to one of two', () => {
    const store = new BookingStore(join(folder, 'bookings.json'), STOCK);
    expect(store.book(ROOM, 'a').result).toBe('booked');
    expect(store.book(ROOM, 'b').result).toBe('none left');
    expect(store.bookings).toHaveLength(1);
  });

  test('releases a room once, and does not book it again for a request that comes late', () => {
    const store = new BookingStore(join(folder, 'bookings.json'), STOCK);
    store.book(ROOM, 'a');
    expect(store.cancel('hotel-1')).toBe(true);
    expect(store.cancel('hotel-1')).toBe(true);
    expect(store.stock).toEqual(STOCK);
    expect(store.book(ROOM, 'a').result).toBe('cancelled before');
    expect(store.bookings).toEqual([]);
  });
});

/** `POST hotel 200` for each request that the service has served; `lost` where its answer was. */
function requestsIn(output: string): string[] {
  return [...output.matchAll(/^ +(POST|DELETE) +(\w+) +(\d+)? +key/gm)].map(
    ([, method, kind, status = 'lost']) => `${method} ${kind} ${status}`,
  );
}
