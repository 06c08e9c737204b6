import { readFileSync, renameSync, writeFileSync } from 'node:fs';

export const KINDS = ['flight', 'hotel', 'car'] as const;
export type Kind = (typeof KINDS)[number];

/** How many places are left, by kind and class: `{ car: { compact: 2 } }`. */
export type Stock = Readonly<Record<Kind, Readonly<Record<string, number>>>>;

export interface Booking {
  readonly id: string;
  readonly kind: Kind;
  readonly class: string;
  readonly traveller: string;
}

export type BookingResult =
  | { readonly result: 'booked' | 'repeated'; readonly booking: Booking }
  | { readonly result: 'none left' | 'cancelled before' };

interface Contents {
  readonly stock: Record<Kind, Record<string, number>>;
  /** Every request to book that was granted, by its idempotency key; kept when the booking is cancelled. */
  readonly granted: Record<string, { readonly booking: Booking; cancelled: boolean }>;
}

/**
 * Bookings in a JSON file. All of it is synchronous, so that no other request comes between a look at what is left and taking it.
 */
export class BookingStore {
  readonly #file: string;

  /** @param stock what there is at first */
  constructor(file: string, stock: Stock) {
    this.#file = file;
    this.#write({ stock: structuredClone(stock), granted: {} });
  }

  get stock(): Stock {
    return this.#read().stock;
  }

  get bookings(): Booking[] {
    return Object.values(this.#read().granted).flatMap(({ booking, cancelled }) => (cancelled ? [] : [booking]));
  }

  /** Takes a place, once for each key: a request that comes again gets the booking that it got before. */
  book(wish: Omit<Booking, 'id'>, key: string): BookingResult {
    const contents = this.#read();
    const { stock, granted } = contents;
    const before = granted[key];
    // A request that was on its way for long must not book again what was cancelled in the meantime.
    if (before?.cancelled) return { result: 'cancelled before' };
    if (before !== undefined) return { result: 'repeated', booking: before.booking };

    const left = stock[wish.kind][wish.class] ?? 0;
    if (left === 0) return { result: 'none left' };
    const booking = { id: `${wish.kind}-${Object.keys(granted).length + 1}`, ...wish };
    stock[wish.kind][wish.class] = left - 1;
    granted[key] = { booking, cancelled: false };
    this.#write(contents);
    return { result: 'booked', booking };
  }

  /** Releases the place. Cancelling again changes nothing; false if there never was such a booking. */
  cancel(id: string): boolean {
    const contents = this.#read();
    const found = Object.values(contents.granted).find(({ booking }) => booking.id === id);
    if (found === undefined) return false;
    if (found.cancelled) return true;
    const { kind, class: name } = found.booking;
    contents.stock[kind][name] = (contents.stock[kind][name] ?? 0) + 1;
    found.cancelled = true;
    this.#write(contents);
    return true;
  }

  #read(): Contents {
    return JSON.parse(readFileSync(this.#file, 'utf8')) as Contents; // nobody else writes this file
  }

  /** The file has the old contents or the new ones, never half of them. */
  #write(contents: Contents): void {
    writeFileSync(`${this.#file}.new`, JSON.stringify(contents, undefined, 2));
    renameSync(`${this.#file}.new`, this.#file);
  }
}
