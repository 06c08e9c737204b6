import type { Payload } from '@temporalio/common';

/** A payload of so many bytes; another seed gives another one. */
export function payloadOf(bytes: number, seed = 0): Payload {
  const data = new Uint8Array(bytes);
  let state = seed + 1;
  for (let i = 0; i < bytes; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = state >>> 24;
  }
  return { metadata: { encoding: new TextEncoder().encode('binary/plain') }, data };
}
