import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';

/** Serves what speaks the Fetch API with `node:http`. */
export function asNodeListener(
  fetch: (request: Request) => Promise<Response>,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (incoming, outgoing) => {
    void respond(fetch, incoming, outgoing);
  };
}

async function respond(
  fetch: (request: Request) => Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const request = asRequest(incoming);
  const response = request === undefined ? new Response(null, { status: 400 }) : await fetch(request);
  // What was not read of a refused request must not be taken for the next one.
  if (!incoming.complete) outgoing.setHeader('connection', 'close');
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}

/** Undefined for a method that the Fetch API forbids, or a path that is none. */
function asRequest(incoming: IncomingMessage): Request | undefined {
  const { method = 'GET', url = '/' } = incoming;
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  try {
    // The cast: the stream of the one type declaration is that of the other.
    const body = method === 'POST' ? { body: Readable.toWeb(incoming) as ReadableStream, duplex: 'half' as const } : {};
    return new Request(new URL(url, 'http://codec.invalid'), { method, headers, ...body });
  } catch {
    return undefined;
  }
}
