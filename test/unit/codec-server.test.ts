import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { type CodecServerOptions, codecServer, EncryptionOptionsError } from '../../src/index.js';

const encryption = { keys: { 'key-1': randomBytes(32) }, activeKey: 'key-1' };
const PLAIN = { payloads: [payloadOf('json/plain', '{"token":"planted"}'), payloadOf('binary/null')] };

describe('a codec server', () => {
  test('decodes what it has encoded', async () => {
    const sealed = await (await ask('/encode', PLAIN)).text();
    expect(sealed).not.toContain(base64('{"token":"planted"}'));
    const response = await ask('/decode', sealed);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(PLAIN);
  });

  test('leaves what is not encrypted as it is', async () => {
    expect(await (await ask('/decode', PLAIN)).json()).toEqual(PLAIN);
  });

  test('answers under any path', async () => {
    expect((await ask('/temporal/codec/decode', PLAIN)).status).toBe(200);
  });

  test('says why it can not decode', async () => {
    const other = { encryption: { keys: { 'key-2': randomBytes(32) }, activeKey: 'key-2' } };
    const response = await ask('/decode', await (await ask('/encode', PLAIN, { options: other })).text());
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ message: expect.stringContaining("the key 'key-2', which is not there") });
  });
});

describe('what it can not answer it refuses', () => {
  test('another path', async () => expect((await ask('/payloads', PLAIN)).status).toBe(404));

  test('another method', async () => {
    const response = await codecServer({ encryption }).fetch(new Request('http://codec/decode'));
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST, OPTIONS');
  });

  test.each([
    ['no JSON', 'payloads'],
    ['nothing', ''],
    ['a list', '[]'],
    ['no payloads', '{}'],
    ['payloads that are no list', '{"payloads":{}}'],
    ['a payload that is none', '{"payloads":[7]}'],
    ['data that is no text', '{"payloads":[{"data":7}]}'],
    ['data that is no base64', '{"payloads":[{"data":"!!"}]}'],
    ['metadata that is no text', '{"payloads":[{"metadata":{"encoding":{}}}]}'],
    ['metadata that is a text', '{"payloads":[{"metadata":"encoding"}]}'],
  ])('a body of %s', async (_, body) => {
    const response = await ask('/decode', body);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ message: expect.stringContaining('the body is not { "payloads"') });
  });

  test('a body that is too large, whatever its headers say', async () => {
    const body = JSON.stringify({ payloads: [{ data: 'A'.repeat(17 * 1024 * 1024) }] });
    expect((await ask('/decode', body)).status).toBe(413);
  });
});

describe('authorize', () => {
  test('is asked with the headers that came', async () => {
    const authorize = (request: Request) => request.headers.get('authorization') === 'Bearer good';
    const good = await ask('/decode', PLAIN, { options: { authorize }, headers: { authorization: 'Bearer good' } });
    const bad = await ask('/decode', PLAIN, { options: { authorize }, headers: { authorization: 'Bearer bad' } });
    expect([good.status, bad.status]).toEqual([200, 403]);
  });

  test('that throws lets nobody in, and shows nothing of why', async () => {
    const authorize = () => Promise.reject(new Error('the directory is away'));
    const response = await ask('/decode', PLAIN, { options: { authorize } });
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('directory');
  });
});

describe('a web page', () => {
  const UI = 'https://temporal.example.com';

  test('of an origin that is named may ask, with cookies', async () => {
    const response = await ask('/decode', PLAIN, { options: { corsOrigins: [`${UI}/`] }, headers: { origin: UI } });
    expect(response.status).toBe(200);
    expect(response.headers.get('access-control-allow-origin')).toBe(UI);
    expect(response.headers.get('access-control-allow-credentials')).toBe('true');
    expect(response.headers.get('vary')).toBe('Origin');
  });

  test('may see why it was refused', async () => {
    const options = { corsOrigins: [UI], authorize: () => false };
    const response = await ask('/decode', PLAIN, { options, headers: { origin: UI } });
    expect(response.status).toBe(403);
    expect(response.headers.get('access-control-allow-origin')).toBe(UI);
  });

  test.each([
    ['of another origin', 'https://evil.example.com', [UI]],
    ['of this machine where origins are named', 'http://localhost:8233', [UI]],
    ['of another machine where none are', UI, undefined],
    ['that names no origin, as one in a sandbox does', 'null', undefined],
  ])('%s is refused', async (_, origin, corsOrigins) => {
    const response = await ask('/decode', PLAIN, { options: { corsOrigins }, headers: { origin } });
    expect(response.status).toBe(403);
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });

  test.each(['http://localhost:8233', 'http://127.0.0.1:8080', 'http://[::1]:8080'])(
    'of this machine may ask: %s',
    async (origin) => {
      expect((await ask('/decode', PLAIN, { headers: { origin } })).status).toBe(200);
    },
  );

  test('gets its preflight answered, without being authorized', async () => {
    const request = new Request('http://codec/decode', { method: 'OPTIONS', headers: { origin: UI } });
    const response = await codecServer({ encryption, corsOrigins: [UI], authorize: () => false }).fetch(request);
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe(UI);
    expect(response.headers.get('access-control-allow-methods')).toContain('POST');
    for (const header of ['Content-Type', 'X-Namespace', 'Authorization'])
      expect(response.headers.get('access-control-allow-headers')).toContain(header);
  });

  test.each(['temporal.example.com', '*', 'file:///ui'])('whose origin could never be is no option: %s', (origin) => {
    expect(() => codecServer({ encryption, corsOrigins: [origin] })).toThrow(EncryptionOptionsError);
  });
});

describe('under node:http', () => {
  test('it answers, and goes on answering after a request that is too large', async () => {
    const server = createServer(codecServer({ encryption }).listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const post = (body: string) => fetch(`http://127.0.0.1:${port}/decode`, { method: 'POST', body });
    try {
      expect((await post('A'.repeat(17 * 1024 * 1024))).status).toBe(413);
      expect((await post('A'.repeat(17 * 1024 * 1024))).status).toBe(413);
      const response = await post(JSON.stringify(PLAIN));
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual(PLAIN);
    } finally {
      server.close();
    }
  });

  test.each(['TRACE', 'GET'])('%s does no harm', async (method) => {
    const server = createServer(codecServer({ encryption }).listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      const [response] = await once(request({ port, host: '127.0.0.1', path: '/decode', method }).end(), 'response');
      response.resume();
      expect(response.statusCode).toBeGreaterThanOrEqual(400);
    } finally {
      server.close();
    }
  });
});

function ask(
  path: string,
  body: object | string,
  { options = {}, headers = {} }: { options?: Partial<CodecServerOptions>; headers?: Record<string, string> } = {},
): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const request = new Request(`http://codec${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-namespace': 'default', ...headers },
    body: text,
  });
  return codecServer({ encryption, ...options }).fetch(request);
}

function payloadOf(encoding: string, data?: string) {
  return { metadata: { encoding: base64(encoding) }, ...(data !== undefined && { data: base64(data) }) };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
