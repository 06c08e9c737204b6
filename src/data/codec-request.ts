import type { Payload } from '@temporalio/common';
import proto from '@temporalio/proto';
import { isRecord } from '../core/json.js';

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;

/** Bytes of a request. The server's own largest message is 4 MiB, which is 5.4 as base64. */
const LARGEST_REQUEST = 16 * 1024 * 1024;

export type CodecRequest =
  | { readonly kind: 'read'; readonly payloads: Payload[] }
  | { readonly kind: 'refused'; readonly status: number; readonly message: string };

/** Reads `{ payloads: [{ metadata: { encoding: base64 }, data: base64 }] }`, the JSON form of Temporal's `Payloads`. */
export async function readCodecRequest(request: Request): Promise<CodecRequest> {
  const text = await readText(request);
  if (text === undefined) return refused(413, `a request has at most ${LARGEST_REQUEST} bytes`);
  const payloads = payloadsIn(text);
  return payloads === undefined ? refused(400, MALFORMED) : { kind: 'read', payloads };
}

export function writePayloads(payloads: readonly Payload[]): object {
  const form = { bytes: String, longs: String };
  return { payloads: payloads.map((payload) => PayloadMessage.toObject(PayloadMessage.create(payload), form)) };
}

const MALFORMED = 'the body is not { "payloads": [{ "metadata": { "encoding": base64 }, "data": base64 }] }';

function refused(status: number, message: string): CodecRequest {
  return { kind: 'refused', status, message };
}

/** Undefined if it is too large: then the rest is left unread. */
async function readText(request: Request): Promise<string | undefined> {
  if (Number(request.headers.get('content-length')) > LARGEST_REQUEST) return undefined;
  if (request.body === null) return '';
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks).toString();
    size += value.length;
    // Not cancelled: that would close the connection on which the refusal has to go.
    if (size > LARGEST_REQUEST) return undefined;
    chunks.push(value);
  }
}

function payloadsIn(text: string): Payload[] | undefined {
  try {
    const body: unknown = JSON.parse(text);
    if (!isRecord(body) || !Array.isArray(body.payloads) || !body.payloads.every(isPayload)) return undefined;
    return body.payloads.map((payload) => PayloadMessage.fromObject(payload));
  } catch {
    return undefined; // no JSON, or no base64
  }
}

/** Protobuf itself takes what is of another type for something that is not there. */
function isPayload(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { metadata, data } = value;
  const entries = metadata ?? {};
  return (
    isRecord(entries) && Object.values(entries).every(isText) && (data === undefined || data === null || isText(data))
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
