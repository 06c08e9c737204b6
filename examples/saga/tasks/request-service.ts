import type { TaskContext } from 'pawl';
import type { TripInput } from '../workflow.js';

/** Milliseconds for one answer. */
const ANSWER_TIMEOUT = 5_000;

/** Asks the booking service, with the task's key by which it recognises a repetition. */
export function requestService(
  method: 'POST' | 'DELETE',
  path: string,
  { input, signal, idempotencyKey }: TaskContext<TripInput>,
  body?: unknown,
): Promise<Response> {
  return fetch(`${input.service}/${path}`, {
    method,
    headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
    signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT)]),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}
