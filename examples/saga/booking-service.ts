import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { z } from 'zod';
import { type Booking, type BookingStore, KINDS, type Kind } from './booking-store.js';

/** What the service did for one request. */
export interface Served {
  readonly method: string;
  readonly kind: Kind;
  /** Undefined if the answer got lost. */
  readonly status: number | undefined;
  readonly key: string;
  readonly what: string;
}

export interface BookingServiceOptions {
  readonly store: BookingStore;
  /** The answer to the first booking of this kind gets lost, as it happens in networks. @default none */
  readonly losesAnswerFor?: Kind;
  readonly onServed?: (served: Served) => void;
}

export interface BookingService extends AsyncDisposable {
  readonly url: string;
}

/**
 * Serves on a free loopback port `POST /car/bookings` with a JSON body `{ class, traveller }`, and `DELETE /car/bookings/<id>`. Each request
 * has an `Idempotency-Key`.
 */
export async function startBookingService(options: BookingServiceOptions): Promise<BookingService> {
  const { store, onServed = () => {} } = options;
  let losesAnswerFor = options.losesAnswerFor;

  const server = createServer((request, response) => {
    serve(store, request).then(
      ({ body, ...served }) => {
        const isLost = served.kind === losesAnswerFor && served.status === 201;
        if (isLost) losesAnswerFor = undefined;
        onServed(isLost ? { ...served, status: undefined } : served);
        if (isLost) response.destroy();
        else answer(response, served.status, body);
      },
      (error: unknown) => answer(response, 400, String(error)),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo; // it listens on TCP
  const close = async () => {
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  };
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: close };
}

const route = z.tuple([z.literal(''), z.enum(KINDS), z.literal('bookings')]).rest(z.string());
const wish = z.object({ class: z.string(), traveller: z.string() });

interface Answer extends Served {
  readonly status: number;
  readonly body?: string;
}

/** @throws for a request that is not one of the two */
async function serve(store: BookingStore, request: IncomingMessage): Promise<Answer> {
  const { method = '', url = '' } = request;
  const [, kind, , id] = route.parse(url.split('/'));
  const key = z.string().parse(request.headers['idempotency-key']);
  const served = { method, kind, key };
  if (method === 'DELETE' && id !== undefined) {
    const isKnown = store.cancel(id);
    return isKnown
      ? { ...served, status: 204, what: `${id} is cancelled` }
      : { ...served, status: 404, what: `there is no booking ${id}` };
  }
  if (method !== 'POST') throw new RangeError(`${method} ${url} is not served`);
  const { class: name, traveller } = wish.parse(await json(request));
  const answer = store.book({ kind, class: name, traveller }, key);
  switch (answer.result) {
    case 'booked':
      return { ...served, status: 201, what: `${name} is booked: ${answer.booking.id}`, body: asJson(answer.booking) };
    case 'repeated':
      return { ...served, status: 200, what: `the same key again: ${answer.booking.id}`, body: asJson(answer.booking) };
    case 'none left':
      return { ...served, status: 409, what: `no ${name} is left`, body: `no ${name} is left` };
    case 'cancelled before':
      return { ...served, status: 410, what: 'cancelled before', body: 'this booking was cancelled' };
  }
}

function answer(response: ServerResponse, status: number, body?: string): void {
  response.writeHead(status).end(body);
}

function asJson(booking: Booking): string {
  return JSON.stringify(booking);
}
