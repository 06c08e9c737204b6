import { EncryptionOptionsError } from './encryption-errors.js';

/** What the Temporal UI sends. */
const HEADERS = 'Content-Type, X-Namespace, Authorization, Authorization-Extras';

/** Seconds for which a browser need not ask again. */
const MAX_AGE = '600';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** Which web pages may ask. */
export class CrossOriginPolicy {
  readonly #origins: ReadonlySet<string> | undefined;

  /** @param origins @default pages of this machine */
  constructor(origins: readonly string[] | undefined) {
    this.#origins = origins && new Set(origins.map(readOrigin));
  }

  allows(origin: string): boolean {
    if (this.#origins !== undefined) return this.#origins.has(origin);
    return URL.canParse(origin) && LOOPBACK.includes(new URL(origin).hostname);
  }

  preflight(origin: string | null): Response {
    const headers = {
      'access-control-allow-methods': 'POST, OPTIONS',
      'access-control-allow-headers': HEADERS,
      'access-control-max-age': MAX_AGE,
    };
    return this.allow(new Response(null, { status: 204, headers }), origin);
  }

  /** Adds to a response that a page of this origin may read it. */
  allow(response: Response, origin: string | null): Response {
    response.headers.set('vary', 'Origin');
    if (origin === null) return response;
    response.headers.set('access-control-allow-origin', origin);
    // The UI can be set to send cookies along.
    response.headers.set('access-control-allow-credentials', 'true');
    return response;
  }
}

/** As a browser sends it: without a path, without the port that goes without saying. */
function readOrigin(text: string, index: number): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url.origin;
  throw new EncryptionOptionsError(`'${text}' is no origin of a web page`, {
    place: `corsOrigins[${index}]`,
    hint: 'an origin is https://temporal.example.com or http://localhost:8233',
  });
}
