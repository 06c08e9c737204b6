import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

export interface StaticServer extends AsyncDisposable {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves a folder's files over HTTP on a free loopback port. A link is followed anew at each request, so that whoever switches it
 * switches the site.
 */
export async function serveFolder(folder: string): Promise<StaticServer> {
  const server = createServer((request, response) => {
    answer(folder, request, response).catch(() => response.destroy()); // the client has gone, or the file while it was sent
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
  return { url: `http://127.0.0.1:${port}`, close, [Symbol.asyncDispose]: close };
}

async function answer(folder: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const file = await findFile(folder, new URL(request.url ?? '/', 'http://localhost').pathname);
  if (file === undefined) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('There is no such file.\n');
    return;
  }
  response.writeHead(200, {
    'content-type': CONTENT_TYPES[extname(file)] ?? 'application/octet-stream',
    'cache-control': 'no-store',
  });
  if (request.method === 'HEAD') response.end();
  else await pipeline(createReadStream(file), response);
}

/** The file for a path; undefined where there is none, or where it is outside of the folder. */
async function findFile(folder: string, path: string): Promise<string | undefined> {
  try {
    const root = await realpath(folder);
    let file = await realpath(join(root, decodeURIComponent(path)));
    if ((await stat(file)).isDirectory()) file = await realpath(join(file, 'index.html'));
    return file.startsWith(root + sep) ? file : undefined;
  } catch {
    return undefined; // nothing is deployed yet, there is no such file, or the path can't be decoded
  }
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
};
