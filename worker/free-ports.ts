import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

export const LOOPBACK = '127.0.0.1';

/**
 * Finds a port on the loopback address that nobody listens on. Nothing reserves it, but the system gives it to nobody
 * else that asks for a free one for about a minute.
 */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  const accepted = once(server, 'connection');
  await once(server.listen(0, LOOPBACK), 'listening');
  const { port } = server.address() as AddressInfo; // an object for every server that listens on TCP
  // Linux picks free ports at random and may give the same one twice. One whose last connection was closed from the
  // listening side is in TIME_WAIT: no longer given out, but free for a server, which sets SO_REUSEADDR.
  const client = connect(port, LOOPBACK);
  const [socket] = await accepted;
  const closed = once(client.resume(), 'close');
  socket.end();
  await closed;
  server.close();
  await once(server, 'close');
  return port;
}

/** Whether a server could listen on this port of the loopback address now. */
export async function isPortFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, LOOPBACK, () => server.close(() => resolve(true)));
  });
}
