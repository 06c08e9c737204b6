import type { IncomingMessage, ServerResponse } from 'node:http';
import { PawlError } from '../core/pawl-error.js';
import { readCodecRequest, writePayloads } from './codec-request.js';
import { CrossOriginPolicy } from './cross-origin-policy.js';
import { EncryptionCodec } from './encryption-codec.js';
import type { EncryptionOptions } from './encryption-keys.js';
import { asNodeListener } from './node-listener.js';

export interface CodecServerOptions {
  /** The keys of the engine and the workers. */
  readonly encryption: EncryptionOptions;
  /**
   * The origins of web pages that may ask, such as `https://temporal.example.com`. What is no web page, like the Temporal CLI, names no
   * origin and may ask. @default pages of this machine: localhost and the loopback addresses, on any port
   */
  readonly corsOrigins?: readonly string[] | undefined;
  /**
   * Whether who asks may read the data: looks at the headers, `Authorization` and `X-Namespace` among them, and leaves the body alone.
   * @default whoever reaches the server
   */
  readonly authorize?: ((request: Request) => boolean | Promise<boolean>) | undefined;
}

/** Decrypts and encrypts for the Temporal UI and CLI. Both forms answer POST `…/decode` and `…/encode`, under any path. */
export interface CodecServer {
  /** For a server that speaks the Fetch API. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** For `node:http`, `node:https` and Express: `createServer(codecServer({ encryption }).listener).listen(8888)`. */
  readonly listener: (request: IncomingMessage, response: ServerResponse) => void;
}

/**
 * A codec server in Temporal's sense: it has the keys, and shows data to the browsers of those who may read it. The Temporal server and
 * its UI never get them.
 *
 * @throws {@link EncryptionOptionsError} for keys or origins that can't be right
 */
export function codecServer({ encryption, corsOrigins, authorize }: CodecServerOptions): CodecServer {
  const codec = new EncryptionCodec(encryption);
  const policy = new CrossOriginPolicy(corsOrigins);

  async function answer(request: Request): Promise<Response> {
    const verb = new URL(request.url).pathname.split('/').at(-1);
    if (verb !== 'decode' && verb !== 'encode') return refusal(404, 'there are /decode and /encode');
    if (request.method !== 'POST') return refusal(405, 'only POST is answered', { allow: 'POST, OPTIONS' });
    if (authorize !== undefined && !(await authorize(request))) return refusal(403, 'you may not read this data');
    const body = await readCodecRequest(request);
    if (body.kind === 'refused') return refusal(body.status, body.message);
    try {
      return Response.json(writePayloads(await codec[verb](body.payloads)));
    } catch (error) {
      if (error instanceof PawlError) return refusal(400, error.message);
      throw error;
    }
  }

  async function fetch(request: Request): Promise<Response> {
    const origin = request.headers.get('origin');
    if (origin !== null && !policy.allows(origin)) return refusal(403, 'this origin is not among corsOrigins');
    if (request.method === 'OPTIONS') return policy.preflight(origin);
    // A page gets to see only those answers that allow it, so those to what went wrong have to do so, too.
    const response = await answer(request).catch(() => refusal(500, 'the codec server could not answer'));
    return policy.allow(response, origin);
  }

  return { fetch, listener: asNodeListener(fetch) };
}

function refusal(status: number, message: string, headers: Record<string, string> = {}): Response {
  return Response.json({ message }, { status, headers });
}
